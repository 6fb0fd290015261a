"""A drill as a picture: one row for each stream, green for answered requests, red for lost ones."""

from __future__ import annotations

from html import escape

from drills.run import Outcome

_WIDTH, _LEFT, _ROW = 900, 190, 34
# Colors of the servers: the first server is green.
_COLORS = ("#2e7d32", "#1565c0", "#6a1b9a", "#ef6c00", "#00838f", "#5d4037")
_LOST = "#c62828"


def svg(outcome: Outcome) -> str:
    """The picture as an SVG document."""
    samples = [sample for _, timeline in outcome.timelines for sample in timeline.samples]
    start = min((s.at for s in samples), default=0.0)
    end = max((s.at for s in samples), default=1.0)
    scale = (_WIDTH - _LEFT - 20) / max(end - start, 0.001)
    height = 70 + _ROW * len(outcome.timelines)

    def x(at: float) -> float:
        return round(_LEFT + (at - start) * scale, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        f'<text x="10" y="20" font-size="15">{escape(outcome.drill.name)}: {escape(outcome.drill.about)}</text>',
    ]
    colors: dict[str, str] = {}
    for row, (stream, timeline) in enumerate(outcome.timelines):
        top = 36 + row * _ROW
        parts.append(f'<text x="10" y="{top + 16}">{escape(stream.name)}</text>')
        for span in timeline.spans():
            color = _LOST
            if span.answer is not None:
                color = colors.setdefault(span.answer, _COLORS[len(colors) % len(_COLORS)])
            width = max(x(span.end + timeline.spacing) - x(span.start), 1)
            label = escape(span.answer or "lost")
            parts.append(
                f'<rect x="{x(span.start)}" y="{top}" width="{width}" height="22" fill="{color}">'
                f"<title>{label}: {span.count} requests from {span.start:.2f} s</title></rect>"
            )
            if width > 90:
                parts.append(f'<text x="{x(span.start) + 5}" y="{top + 15}" fill="white">{label}</text>')
    bottom = 36 + len(outcome.timelines) * _ROW
    for at, word in ((0.0, "fault"), (outcome.healed_at, "healed")):
        parts.append(f'<line x1="{x(at)}" x2="{x(at)}" y1="30" y2="{bottom}" stroke="black" stroke-dasharray="4 3"/>')
        parts.append(f'<text x="{x(at) + 3}" y="{bottom + 14}">{word} {at:.1f} s</text>')
    return "\n".join([*parts, "</svg>", ""])
