"""Several metering points of one contract: one bill each, capacity once, power factor together, feed-in paid."""
