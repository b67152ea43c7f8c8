"""What is missing until the losses of areas and feeders can be computed: which meter, since when, whose it is."""
