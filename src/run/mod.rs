//! Ties probes, checks and reports together.

#![allow(dead_code)]
mod leg;
pub mod outcome;
mod plan;
