"""Children by year of age: counted ones, bands cut into years, births, and the stages they belong to."""
