"""The station's network as a tree (网络图): station, substations, feeders, areas, each with its loss of a day."""
