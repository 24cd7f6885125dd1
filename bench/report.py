#!/usr/bin/env python3
"""report.py RESULTS.jsonl DOCS: puts the medians into the tables of DOCS/benchmarks.md, between its
markers, and draws the sweeps as DOCS/charts/*.svg. What was not measured stays as it is."""
import json
import math
import re
import statistics
import sys
from collections import defaultdict
from pathlib import Path

# figure: (title, is more better, the ratio that is aimed at with one node)
FIGURES = {
    "records_per_s": ("records/s", True, {"consume": 1.0, "flush": 3.0, "": 1.25}),
    "cpu_s_per_gb": ("CPU s/GB", False, {"consume": 0.8, "": 0.6}),
    "p50_us": ("p50, µs", False, {"linger 5": 1.0, "end to end": None, "flush": None, "": 0.7}),
    "p99_us": ("p99, µs", False, {"linger 5": 1.0, "flush": None, "": 0.5}),
    "p999_us": ("p99.9, µs", False, {"linger 5": 0.7, "end to end": None, "flush": None, "": 0.5}),
    "port_ms": ("port answers, ms", False, {"": None}),
    "first_ack_ms": ("first acknowledged record, ms", False, {"": 0.35}),
    "cpu_s": ("CPU s", False, {"": None}),
    "rss_mib": ("RSS, MiB", False, {"": 0.6}),
    "threads": ("threads", False, {"": None}),
    "cpu_s_per_min": ("CPU s a minute", False, {"": 0.7}),
    "leaders_ms": ("leaders named, ms", False, {"": 1.3}),
    "all_written_ms": ("each has a record, ms", False, {"": 0.3}),
    "written_per_s": ("records/s written", True, {"": None}),
    "read_per_s": ("records/s read", True, {"": None}),
    "consumed_p50_us": ("until consumed, p50, µs", False, {"": None}),
    "consumed_p99_us": ("until consumed, p99, µs", False, {"": None}),
    "consumed_p999_us": ("until consumed, p99.9, µs", False, {"": None}),
    "rss_start_mib": ("RSS at the start, MiB", False, {"": None}),
    "rss_middle_mib": ("RSS in the middle, MiB", False, {"": None}),
    "rss_end_mib": ("RSS at the end, MiB", False, {"": None}),
    "read_mib_per_s": ("old data read, MiB/s", True, {"": None}),
    "disk_mib_per_s": ("of it from the disk, MiB/s", True, {"": None}),
}
# Rows that have no figure of Kafka's to be ahead of, but one of their own.
BESIDE = {
    "mixed": (
        "1,000 partitions and 200 connections : 6 and 12",
        "mixed, 200 connections, 1,000 partitions",
        "mixed, 12 connections, 6 partitions",
        ("p50_us", "p99_us", "p999_us", "consumed_p50_us", "consumed_p99_us", "consumed_p999_us",
         "cpu_s_per_gb"),
        2.0,
    ),
    "three mixed": (
        "1,000 partitions and 200 connections : 6 and 12",
        "three nodes, mixed, 200 connections, 1,000 partitions",
        "three nodes, mixed, 12 connections, 6 partitions",
        ("p50_us", "p99_us", "p999_us", "consumed_p50_us", "consumed_p99_us", "consumed_p999_us",
         "cpu_s_per_gb"),
        2.0,
    ),
    "olddata": (
        "beside the reader : alone",
        "producers beside a reader of old data",
        "producers alone",
        ("p50_us", "p99_us", "p999_us"),
        2.0,
    ),
}
# The same with three nodes on one machine.
THREE = {
    "records_per_s": {"consume": 1.0, "flush": 3.0, "": 2.0},
    "cpu_s_per_gb": {"consume": 0.8, "": 0.5},
    "p50_us": {"linger 5": 1.0, "end to end": None, "flush": None, "": 0.5},
    "p99_us": {"linger 5": 0.7, "flush": None, "": 0.5},
    "p999_us": {"end to end": None, "flush": None, "": 0.5},
}
PARTS = {
    "start": ("start",),
    "produce": ("produce ", "consume "),
    "latency": ("latency", "end to end"),
    "flush": ("flush",),
    "partitions": ("idle", "create"),
    "three": ("three nodes:",),
    "three mixed": ("three nodes, mixed",),
    "mixed": ("mixed",),
    "olddata": ("producers",),
}
CPU = ("cpu_us_per_record", "broker's CPU µs per record")
CALL = ("cpu_us_per_request", "broker's CPU µs per request")
P99 = ("p99_us", "p99 of a request, µs")
RATE = ("records_per_s", "records/s")
# kind: (what grows, is the upward axis logarithmic too, figures)
SWEEPS = {
    "batch": ("records per batch", True, (CPU, RATE)),
    "partitions": ("partitions", False, (CPU, P99, RATE)),
    "connections": ("connections", False, (CPU, P99)),
    "groups": ("groups", False, (CALL, P99)),
}
COLOURS = {"milena": "#1b6ca8", "kafka": "#b8860b"}


def load(path):
    """row -> figure -> system -> values, in the order of the file."""
    rows = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for line in Path(path).read_text().splitlines():
        entry = json.loads(line)
        row = entry["row"] + (f" @{entry['x']}" if "x" in entry else "")
        for name, value in entry.items():
            if isinstance(value, (int, float)) and name != "x":
                rows[row][name][entry["system"]].append(value)
    return rows


def short(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(values):
    middle = short(statistics.median(values))
    return f"{middle} ({short(min(values))}–{short(max(values))})" if len(values) > 1 else middle


def aim(row, figure):
    if "mixed" in row or row.startswith("producers"):
        return None
    aims = THREE.get(figure, {}) if row.startswith("three nodes") else FIGURES[figure][2]
    for part, ratio in aims.items():
        if part in row:
            return 1.5 if figure == "records_per_s" and "100 partitions" in row else ratio
    return None


def table(rows, kinds):
    lines = [
        "| Row | Figure | Milena | Kafka | Ratio | Aim | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row, figures in rows.items():
        if not row.startswith(kinds):
            continue
        for figure, systems in figures.items():
            if figure not in FIGURES or not {"milena", "kafka"} <= systems.keys():
                continue
            title, more, _ = FIGURES[figure]
            kafka = statistics.median(systems["kafka"])
            ratio = statistics.median(systems["milena"]) / kafka if kafka else math.nan
            wanted = aim(row, figure)
            met = "" if wanted is None else "met" if (ratio >= wanted) == more or ratio == wanted else "**not met**"
            bound = "" if wanted is None else f"{'≥' if more else '≤'} {wanted}"
            lines.append(
                f"| {row} | {title} | {cell(systems['milena'])} | {cell(systems['kafka'])}"
                f" | {ratio:.2f} | {bound} | {met} |"
            )
    return "\n".join(lines)


def compared(rows, part):
    """How much worse a row is than another of the same system."""
    title, row, base, figures, bound = BESIDE[part]
    lines = []
    for figure in figures:
        ratios = {}
        for system in ("milena", "kafka"):
            values = [rows[name][figure][system] for name in (row, base)]
            if all(values) and statistics.median(values[1]):
                ratios[system] = statistics.median(values[0]) / statistics.median(values[1])
        if "milena" in ratios:
            met = "met" if ratios["milena"] <= bound else "**not met**"
            kafka = f"{ratios['kafka']:.2f}" if "kafka" in ratios else ""
            lines.append(f"| {FIGURES[figure][0]} | {ratios['milena']:.2f} | {kafka} | ≤ {bound} | {met} |")
    if not lines:
        return ""
    return "\n".join(["", f"| {title} | Milena | Kafka | Aim | |", "| --- | --- | --- | --- | --- |"] + lines)


def chart(points, label, figure, steep):
    """A line for each system over a logarithmic axis, as SVG; steep: upwards it is logarithmic too."""
    width, height, left, bottom = 560, 300, 70, 45
    xs = sorted({x for line in points.values() for x, _ in line})
    ys = [y for line in points.values() for _, y in line]
    top, floor = max(ys) * 1.1, min(ys) * 0.9
    low, high = math.log10(xs[0]), math.log10(xs[-1])

    def at(x, y):
        across = left + (math.log10(x) - low) / (high - low or 1) * (width - left - 20)
        share = math.log(y / floor) / math.log(top / floor) if steep else y / top
        return across, height - bottom - share * (height - bottom - 20)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for x in xs:
        across, _ = at(x, top)
        base = height - bottom
        parts.append(f'<line x1="{across:.0f}" y1="20" x2="{across:.0f}" y2="{base:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{across:.0f}" y="{base + 16:.0f}" text-anchor="middle">{x:,}</text>')
    for i in range(5):
        value = floor * (top / floor) ** (i / 4) if steep else top * i / 4
        _, up = at(xs[0], value)
        parts.append(f'<line x1="{left}" y1="{up:.0f}" x2="{width - 20}" y2="{up:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{up + 4:.0f}" text-anchor="end">{short(value)}</text>')
    for i, (system, line) in enumerate(sorted(points.items(), reverse=True)):
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (at(x, y) for x, y in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[system]}" stroke-width="2"/>')
        parts.append(
            f'<text x="{width - 90}" y="{16 + 15 * i}" fill="{COLOURS[system]}">{system.capitalize()}</text>'
        )
    parts.append(f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">{label}</text>')
    parts.append(f'<text x="{left}" y="14">{figure}</text></svg>')
    return "\n".join(parts) + "\n"


def sweep(rows, docs, kind):
    """The charts of one thing that grows, and their points as a table."""
    label, steep, figures = SWEEPS[kind]
    found = {
        int(row.split("@")[1].replace(",", "")): values
        for row, values in rows.items()
        if row.startswith(f"sweep {kind} @")
    }
    if len(found) < 2:
        return ""
    lines, names, columns = [], [], []
    for figure, title in figures:
        points = defaultdict(list)
        for x, values in sorted(found.items()):
            for system, measured in values.get(figure, {}).items():
                points[system].append((x, statistics.median(measured)))
        if not points:
            continue
        name = f"charts/{kind}-{figure.replace('_', '-')}.svg"
        (docs / "charts").mkdir(exist_ok=True)
        (docs / name).write_text(chart(points, label, title, steep))
        lines.append(f"![{title} over {label}]({name})")
        for system in ("milena", "kafka"):
            names.append(f"{system.capitalize()}, {title}")
            columns.append(dict(points.get(system, [])))
    lines += ["", f"| {label} | {' | '.join(names)} |", "| --- |" + " --- |" * len(names)]
    for x in sorted(found):
        cells = " | ".join(short(column[x]) if x in column else "" for column in columns)
        lines.append(f"| {x:,} | {cells} |")
    return "\n".join(lines)


def main():
    rows, docs = load(sys.argv[1]), Path(sys.argv[2])
    page = docs / "benchmarks.md"
    text = page.read_text()
    blocks = {part: table(rows, kinds) for part, kinds in PARTS.items()}
    for part in BESIDE:
        blocks[part] += "\n" + compared(rows, part)
    for kind in SWEEPS:
        blocks[f"sweep {kind}"] = sweep(rows, docs, kind)
    for part, block in blocks.items():
        block = block.rstrip("\n")
        if block.count("\n") > 1:
            text = re.sub(
                rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)",
                lambda found: found.group(1) + block + "\n" + found.group(2),
                text,
                flags=re.S,
            )
    page.write_text(text)


main()
