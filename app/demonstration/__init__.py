"""A fictional company's community, played through the forum's own actions, and the tour that shows it."""
