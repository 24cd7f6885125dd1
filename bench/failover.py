#!/usr/bin/env python3
"""Prints what failover.sh has measured as a table: medians, and the worst in brackets."""
import collections
import json
import statistics
import sys

runs = collections.defaultdict(list)
for line in open(sys.argv[1]):
    run = json.loads(line)
    runs[run["fault"], run["system"]].append(run)


def seconds(values):
    values = [v / 1000 for v in values if v is not None]
    if not values:
        return "–"
    return f"{statistics.median(values):.2f} s ({max(values):.2f})"


print("| Fault | System | Runs | Longest gap | A fresh producer writes after | Errors | Lost |")
print("| --- | --- | --- | --- | --- | --- | --- |")
for (fault, system), of in runs.items():
    print(
        f"| {fault} | {system} | {len(of)} | {seconds([r['gap_ms'] for r in of])}"
        f" | {seconds([r['fresh_ms'] for r in of])}"
        f" | {sum(r['refused'] for r in of)} | {sum(r['lost'] for r in of)} |"
    )
