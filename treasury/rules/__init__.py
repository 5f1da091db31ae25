"""Pure rules of the district-township money."""
