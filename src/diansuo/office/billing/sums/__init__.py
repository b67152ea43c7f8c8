"""What a station's bills of a month come to, kept beside the bills so that no page has to walk through all of them."""
