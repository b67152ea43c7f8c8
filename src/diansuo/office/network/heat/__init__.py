"""The year's map of losses (线损热力图): areas × days by class, drawn once and walked by mouse, finger or keyboard."""
