"""One page of A3, landscape: its frame, title, the block at its foot, and the room for map and panel.

All positions are millimetres from the lower left corner of the paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas.letters import shortened
from geoplan.publish.atlas.printed import Word
from geoplan.publish.atlas.sheet import BLUE, INK, PAPER, RULE, SOFT
from geoplan.publish.version import plan_version
from geoplan.publish.wording import PREPARED_BY

if TYPE_CHECKING:
    from typing import Literal

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geoplan.publish.atlas.sheet import AtlasSheet, Box, Folio
    from geoplan.publish.atlas.window import Window

WIDE, HIGH = 420.0, 297.0
FRAME: tuple[float, float, float, float] = (20.0, 10.0, 410.0, 287.0)
"""West, south, east, north of the frame; the wider margin is for the binding."""
TITLE_MM, BLOCK_MM, PANEL_MM, NOTES_MM = 19.0, 36.0, 96.0, 30.0
MAP_BOX = (FRAME[0], FRAME[1] + NOTES_MM, FRAME[2] - PANEL_MM, FRAME[3] - TITLE_MM)
"""Where a map stands on the paper: what frame, title, panel and notes leave."""
INCH_MM = 25.4
WATERMARK = "内部资料  未经审核不得公开"


class Page:
    """A page while it is being drawn.

    Attributes:
        number, total: of the sheet in its atlas.
        top: where the next block of the panel begins.
        bottom: where the room of the panel ends.
        window: of the map, once there is one.
        printed: ids of the figures that stand on it.
    """

    def __init__(self, folio: Folio, sheet: AtlasSheet, *, number: int, total: int) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415  heavy; only an atlas needs it

        self.folio, self.sheet, self.number, self.total = folio, sheet, number, total
        self.figure: Figure = Figure(figsize=(WIDE / INCH_MM, HIGH / INCH_MM), facecolor="white")
        self.paper = self._axes((0, 0, WIDE, HIGH), (0, 0, WIDE, HIGH))
        self.top = FRAME[3] - TITLE_MM - 6
        self.bottom = FRAME[1] + BLOCK_MM + 3
        self.window: Window | None = None
        self.printed: set[str] = set()
        self._rules: list[tuple[tuple[tuple[float, float], tuple[float, float]], str, float]] = []

    @property
    def panel(self) -> tuple[float, float]:
        """West and east of the panel's text."""
        return FRAME[2] - PANEL_MM + 4, FRAME[2] - 4

    def _axes(self, where: Box, limits: Box) -> Axes:
        west, south, east, north = where
        axes = self.figure.add_axes((west / WIDE, south / HIGH, (east - west) / WIDE, (north - south) / HIGH))
        axes.set_axis_off()
        axes.set_xlim(limits[0], limits[2])
        axes.set_ylim(limits[1], limits[3])
        return axes

    def map(self, window: Window) -> Axes:
        """The map's axes in ground metres."""
        self.window = window
        axes = self._axes(MAP_BOX, window.box)
        axes.set_zorder(-1)  # the paper's own lettering stands over it
        axes.axhspan(window.box[1], window.box[3], color=PAPER, lw=0, zorder=0)
        return axes

    def write(
        self,
        x: float,
        y: float,
        text: str,
        points: float,
        *,
        colour: str = INK,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        room_mm: float | None = None,
        turn: float = 0.0,
        opacity: float = 1.0,
        halo: bool = False,
    ) -> None:
        """One line, its middle at the height y; never read as mathematics, and shortened to its room."""
        from geoplan.publish.atlas.lettering import Line  # noqa: PLC0415  heavy; only an atlas needs it

        line = shortened(text, points, WIDE if room_mm is None else room_mm)
        if line:
            drawn = Line(
                x, y, line, points, colour=colour, bold=bold, align=align, turn=turn, opacity=opacity, halo=halo,
                zorder=5,
            )  # fmt: skip
            self.paper.add_artist(drawn)
            if isinstance(text, Word) and not line.endswith("…"):
                self.printed.add(text.figure)

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, colour: str = RULE, width: float = 0.5) -> None:
        """A straight line; all of a page are drawn together when it is finished."""
        self._rules.append((((x0, y0), (x1, y1)), colour, width))

    def box(self, box: Box, *, fill: str = "none", edge: str = "none", width: float = 0.5, zorder: float = 2.0) -> None:
        """A rectangle."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        west, south, east, north = box
        self.paper.add_patch(
            Rectangle((west, south), east - west, north - south, fc=fill, ec=edge, lw=width, zorder=zorder)
        )

    def finish(self) -> Figure:
        """The whole page, once its map and panel are drawn."""
        from matplotlib.collections import LineCollection  # noqa: PLC0415

        west, south, east, north = FRAME
        side = east - PANEL_MM if self.window is not None else east
        self._title()
        if self.window is not None:
            self.rule(side, south, side, north - TITLE_MM, colour=INK, width=0.7)
            self.rule(west, south + NOTES_MM, side, south + NOTES_MM, colour=INK, width=0.7)
        self._block()
        if self.folio.is_unreviewed:
            self._watermark()
        self.rule(west, north - TITLE_MM, east, north - TITLE_MM, colour=INK, width=0.7)
        self.box(FRAME, edge=INK, width=1.4, zorder=6)
        self.box((west - 1.6, south - 1.6, east + 1.6, north + 1.6), edge=INK, width=0.4, zorder=6)
        lines, colours, widths = zip(*self._rules, strict=True)
        drawn = LineCollection(lines, colors=colours, linewidths=widths, capstyle="butt", zorder=4)
        self.paper.add_collection(drawn, autolim=False)
        return self.figure

    def _title(self) -> None:
        west, _, east, north = FRAME
        middle = north - TITLE_MM / 2
        config = self.folio.plan.config
        self.box((west, north - TITLE_MM, west + 3.2, north), fill=BLUE)
        zh, en = self.sheet.title
        self.write(west + 9, middle + 2.4, zh, 21, bold=True, room_mm=225)
        self.write(west + 9, middle - 6.2, en, 8.5, colour=SOFT, room_mm=225)
        name = self.folio.map_file.title or config.name
        self.write(east - 30, middle + 2.6, name, 11, align="right", room_mm=128)
        self.write(east - 30, middle - 4.6, "图集 Atlas", 8, colour=SOFT, align="right")
        self.rule(east - 26, north - 4, east - 26, north - TITLE_MM + 4)
        self.write(east - 13, middle + 2.2, f"{self.number:02d}", 20, colour=BLUE, bold=True, align="center")
        self.write(east - 13, middle - 6.2, f"共 {self.total} 张", 7.5, colour=SOFT, align="center")

    def _block(self) -> None:
        """图签: who, when, in which coordinates, at which scale, under which number."""
        _, south, east, _ = FRAME
        west = east - PANEL_MM
        plan = self.folio.plan
        config, crs = plan.config, plan.layers.crs
        scale = "—" if self.window is None else f"1:{self.window.denominator:,.0f}（A3）"
        rows = (
            (f"{PREPARED_BY[0]} {PREPARED_BY[1].capitalize()}", config.author or "—"),
            ("数据日期 Data date", config.data_date or "未注明 not given"),
            ("规则 Profile", f"{plan.book.profile.title_zh}（{plan.book.profile.id}）"),
            ("坐标系 CRS", "局部米制坐标 local metres" if crs is None else crs.name),
            ("比例尺 Scale", scale),
            ("方案版本 Version", plan_version(plan)),
            ("审图号 Approval", self.folio.map_file.approval_number or self._without_number()),
        )
        high = BLOCK_MM / len(rows)
        self.box((west, south, east, south + BLOCK_MM), fill="#f6f4ee", zorder=1)
        for row, (label, value) in enumerate(rows):
            y = south + BLOCK_MM - (row + 1) * high
            self.rule(west, y + high, east, y + high, colour=INK if row == 0 else RULE, width=0.7 if row == 0 else 0.4)
            self.write(west + 4, y + high / 2, label, 6.5, colour=SOFT)
            self.write(west + 31, y + high / 2, value, 7, room_mm=PANEL_MM - 34)
        self.rule(west + 29, south, west + 29, south + BLOCK_MM, width=0.4)
        self.rule(west, south, west, south + BLOCK_MM, colour=INK, width=0.7)

    def _without_number(self) -> str:
        return f"无  {WATERMARK}" if self.folio.is_unreviewed else "无（未绘行政界线）"

    def _watermark(self) -> None:
        west, south, east, north = MAP_BOX
        wide = 30.0
        for row, y in enumerate(range(int(south) + 34, int(north) - 10, 62)):
            for x in range(int(west) + 50 + (row % 2) * 46, int(east) - 40, 110):
                self.write(x, y, WATERMARK, 15, colour="#5b6670", align="center", turn=wide, opacity=0.13)
