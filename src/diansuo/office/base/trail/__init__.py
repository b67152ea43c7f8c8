"""The trail (操作留痕): who wrote or looked at what, when, why, from where; chained, so that no change stays unseen."""
