"""QR codes as small SVG texts: one path, black on nothing, without the quiet zone (the page keeps it white around)."""


def qr(text: str) -> str:
    """Return the QR code (SVG) of a text, a quarter of which may be unreadable. Raises ValueError for text that is too long."""
    import qrcode  # only where it is needed

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except ValueError as error:
        raise ValueError("too long for a QR code") from error
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}" fill="#000000"/></svg>'
    )
