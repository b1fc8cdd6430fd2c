"""Who gets which alert, and how: the route tree, its matchers, its quiet hours. Pure."""
