"""Exports the age of the newest file in a folder."""

import argparse
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("--address", default="")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--folder", type=Path, required=True)
options = parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        newest = max((file.stat().st_mtime for file in options.folder.glob("*")), default=0)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(f"# TYPE backup_age_seconds gauge\nbackup_age_seconds {time.time() - newest}\n".encode())


ThreadingHTTPServer((options.address, options.port), Handler).serve_forever()
