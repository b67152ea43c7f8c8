"""Reading routes (抄表段): when somebody must walk them, who does, and how far each has come."""
