//! Files for those who watch with Prometheus and Grafana. `bitsgate generate` prints them.

/// Alert rules for Prometheus.
pub const RULES: &str = include_str!("rules.yml");

/// A dashboard for Grafana.
pub const DASHBOARD: &str = include_str!("dashboard.json");
