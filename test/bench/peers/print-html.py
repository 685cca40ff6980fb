"""Makes PDFs of HTML with WeasyPrint. Either way of the pipe: four bytes with the length (big-endian), the document."""

import struct
import sys

from weasyprint import HTML

while header := sys.stdin.buffer.read(4):
    html = sys.stdin.buffer.read(*struct.unpack(">I", header))
    pdf = HTML(string=html.decode()).write_pdf()
    sys.stdout.buffer.write(struct.pack(">I", len(pdf)) + pdf)
    sys.stdout.buffer.flush()
