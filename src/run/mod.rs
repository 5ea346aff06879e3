//! Ties probes, checks and reports together.

pub mod outcome;
