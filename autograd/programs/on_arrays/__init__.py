"""Scalar instructions put back together as arrays."""
