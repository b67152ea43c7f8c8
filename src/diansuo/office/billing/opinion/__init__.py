"""A second opinion (第二意见核对): bills issued elsewhere held against ours, line by line and cause by cause."""
