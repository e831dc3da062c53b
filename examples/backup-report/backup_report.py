"""Asks Prometheus for the age of the backups every minute, and prints it."""

import argparse
import json
import ssl
import time
from urllib.request import urlopen

parser = argparse.ArgumentParser()
parser.add_argument("--url", required=True)
parser.add_argument("--authority", required=True)
parser.add_argument("--certificate", required=True)
parser.add_argument("--key", required=True)
options = parser.parse_args()

context = ssl.create_default_context(cafile=options.authority)
context.load_cert_chain(options.certificate, options.key)
while True:
    try:
        with urlopen(options.url, context=context, timeout=10) as answer:
            series = json.load(answer)["data"]["result"]
        for each in series:
            print(f"backup of {each['metric']['instance']}: {float(each['value'][1]) / 3600:.1f} hours old", flush=True)
    except OSError as error:
        # Prometheus may start later than this service.
        series = []
        print(f"Prometheus cannot be asked: {error}", flush=True)
    time.sleep(60 if series else 5)
