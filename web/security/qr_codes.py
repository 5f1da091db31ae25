"""QR codes as SVG files. Values only."""

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

MARGIN = 4  # modules of quiet around the code, as ISO/IEC 18004 asks
SIDE = 240


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG file, drawn with attributes only: the page's policy takes no inline style."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    side = code.getModuleCount()
    dark = [(x, y) for y in range(side) for x in range(side) if code.isDark(y, x)]
    path = "".join(f"M{x + MARGIN} {y + MARGIN}h1v1h-1z" for x, y in dark)
    whole = side + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {whole} {whole}"'
        ' shape-rendering="crispEdges">'
        f'<rect width="{whole}" height="{whole}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )
