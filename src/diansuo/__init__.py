"""Diansuo: marketing and customer operations of a power supply station (供电所营销服务)."""
