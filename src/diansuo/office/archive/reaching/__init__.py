"""How far somebody sees (管辖范围): which areas are whose, and the page on which the administrator says so."""
