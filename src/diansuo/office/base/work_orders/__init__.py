"""Tasks (派工单): one thing, made from any row of any list, answered by its owner, closed by somebody else."""
