"""The Django shell: one app per business area, all alike inside; it loads columns, calls core, stores answers."""
