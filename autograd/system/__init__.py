"""What both packages need of the world around them, and nothing of automatic differentiation."""
