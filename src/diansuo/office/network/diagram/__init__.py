"""One area's single-line diagram (台区单线图): busbar, lines, who hangs where on which phase, whom a cause names."""
