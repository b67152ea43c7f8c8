"""What every app stands on: companies and staff, scope, periods, bulk traffic, jobs, imports, sheets."""
