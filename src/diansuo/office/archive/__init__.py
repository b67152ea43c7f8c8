"""The archive (档案): customers, premises, contracts, metering points, meters, areas, and who answers for them."""
