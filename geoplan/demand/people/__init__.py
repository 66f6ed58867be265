"""Who lives where: the population as points, spread over places, with how sure that is."""
