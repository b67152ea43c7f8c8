"""Statistical line loss of a station: areas, feeders and the station as a whole, by day and by month."""
