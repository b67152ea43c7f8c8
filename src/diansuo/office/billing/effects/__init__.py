"""What changed terms would do to bills (影响预览): everyone touched priced again in shadow; nothing is written."""
