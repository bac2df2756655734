"""How fast the simulator is, measured on this machine: ``make bench``.

The last line printed is one JSON object with the keys of `KEYS`; a table for people stands before
it. ``python -m benchmarks --save`` writes both with date and machine to ``benchmarks/results``.
"""

from __future__ import annotations

KEYS = (
    "ms_per_replicate_core",
    "ratio_mesa_driver",
    "arithmetic_bound_fraction",
    "help_s",
    "run_200_warm_s",
    "run_200_cold_s",
    "sweep_store_overhead",
    "sweep_runs_per_s_inline_1",
    "sweep_runs_per_s_pool_2",
    "sweep_runs_per_s_dask_2",
    "sweep_ratio_mesa_batch_run",
    "compile_changed_lever_ms",
    "each_lever_s",
    "each_lever_shared_ratio",
    "months_part",
    "ten_signs_read_ratio",
    "ten_signs_come_ratio",
    "explorer_preview_ms_median",
    "explorer_preview_ms_p95",
    "explorer_cpu_ms_16_p95",
    "explorer_cpu_ms_100_p95",
    "explorer_cpu_ms_200_p95",
    "explorer_wall_ms_16_p95",
    "explorer_wall_ms_100_p95",
    "explorer_wall_ms_200_p95",
    "explorer_early_cpu_ms_16_p95",
    "explorer_early_cpu_ms_100_p95",
    "explorer_early_cpu_ms_200_p95",
    "explorer_early_wall_ms_16_p95",
    "explorer_early_wall_ms_100_p95",
    "explorer_early_wall_ms_200_p95",
    "explorer_memory_mb",
    "explorer_memory_growth_mb",
    "explorer_strength_error_points",
    "explorer_strength_error_any_group",
    "explorer_start_error_points",
    "explorer_load",
)
"""What is measured; later versions add keys and never rename one."""
