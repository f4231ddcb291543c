"""What the description cannot say: which jobs and items there are, and in which state each route wants its own.

Read by schemathesis for scripts/fuzz-api. Before a call whose path is meant to be good, the path names what is there: a
job that can be paused for `pause`, a draft at eBay for `…/ebay`. How often each route did what it is for is written to
the file REACHED, and scripts/fuzz-api fails where one never did. BASE is the service's address.
"""

import collections
import json
import os
import random
import struct
import time
import urllib.error
import urllib.request
import uuid
import zlib

import schemathesis
from schemathesis.core.parameters import ParameterLocation

BASE, REACHED = os.environ["BASE"], os.environ["REACHED"]
LONG, SHORT, AT_EBAY = (f"gs://draft-maker-bucket/{name}.txt" for name in ("long", "short", "ebay"))
reached = collections.Counter()
known = {}


def ask(method, path, body=None):
    """The status and the JSON of an answer."""
    data = None if body is None else json.dumps(body).encode()
    return send(method, path, data, "application/json")


def send(method, path, data, content_type):
    request = urllib.request.Request(BASE + path, data, {"Content-Type": content_type}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def order(path, **more):
    status, job = ask("POST", "/api/batch/process", {"gcs_path": path, "force": True, **more})
    assert status == 200, job
    return job["job_id"]


def state(job):
    return ask("GET", f"/api/batch/status/{job}")[1]["status"]


def ended(job):
    for _ in range(600):
        if state(job) not in ("pending", "running"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"{job} does not end")


def items(job):
    return ask("GET", f"/api/batch/jobs/{job}/items?limit=50")[1]["items"]


def drafted(job):
    found = [item for item in items(job) if item["status"] in ("drafted", "already_drafted")]
    assert found, items(job)
    return found


def once(name, make):
    """What is made once and serves all calls."""
    if name not in known:
        known[name] = make()
    return known[name]


def finished():
    return once("finished", lambda: ended(order(SHORT, test_mode=True)))


def at_ebay():
    return once("ebay", lambda: ended(order(AT_EBAY, sink="inventory")))


def long_job(wanted):
    """A job that goes on, or is paused, as it is wanted."""
    job = known.get("long")
    if job is None or state(job) not in ("pending", "running", "paused"):
        job = known["long"] = order(LONG, test_mode=True)
    if (state(job) == "paused") != (wanted == "paused"):
        ask("POST", f"/api/batch/jobs/{job}/{'pause' if wanted == 'paused' else 'resume'}")
    return job


def scan_job():
    """A scan job that is still open."""
    job = known.get("scan")
    if job is None or state(job) not in ("pending", "running"):
        status, answer = ask("POST", "/api/batch/scan", {"test_mode": True})
        assert status == 200, answer
        job = known["scan"] = answer["job_id"]
    return job


def scanned(job):
    """The key of a new scan."""
    digits = f"{random.randrange(61_420_000_000, 61_430_000_000)}"
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    key = uuid.uuid4().hex
    status, answer = ask("POST", f"/api/batch/jobs/{job}/scans", {"scans": [{"key": key, "code": f"{digits}{-total % 10}"}]})
    assert status == 200, answer
    return key


def photo(job, upc):
    """The name of a new photo: a PNG in one shade of gray, which is always another one."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + random.randbytes(1) * 600 for _ in range(600))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 600, 600, 8, 0, 0, 0, 0))
    png += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    name = f"{uuid.uuid4().hex}.png"
    head = f'--part\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\nContent-Type: image/png\r\n\r\n'
    form = head.encode() + png + b"\r\n--part--\r\n"
    status, answer = send("POST", f"/api/batch/jobs/{job}/items/{upc}/photos", form, "multipart/form-data; boundary=part")
    assert status in (200, 207), answer
    return name


def fitting(path):
    """The job that this route is for."""
    if path.endswith("/pause") or path.endswith("/cancel"):
        return long_job("running")
    if path.endswith("/resume"):
        return long_job("paused")
    if path.endswith("/ebay"):
        return at_ebay()
    if path.endswith(("/close", "/scans", "/scans/{key}")):
        return scan_job()
    if path.endswith(("/retry", "/review", "/decisions")):
        # These jobs can be retried or decided only once.
        return ended(order(SHORT, test_mode=True))
    return finished()


def fill(case):
    path, method = case.path, case.method.upper()
    acts = method == "POST" and path.endswith("/items")
    job = long_job("running") if acts else fitting(path)
    case.path_parameters["job_id"] = job
    if "upc" in case.path_parameters:
        upc = random.choice(drafted(job) if path.endswith("/ebay") else items(job))["upc"]
        case.path_parameters["upc"] = upc
        if "name" in case.path_parameters:
            case.path_parameters["name"] = photo(job, upc)
    if "key" in case.path_parameters:
        case.path_parameters["key"] = scanned(job)
    if case.meta.is_negative_at(ParameterLocation.BODY):
        return
    if path.endswith("/retry") and (not reached[f"{method} {path}"] or random.random() < 0.5):
        # No item has failed, so a request without a body would have nothing to retry.
        case.body, case.media_type = {"statuses": ["needs_review"]}, "application/json"
    if not isinstance(case.body, dict):
        return
    if acts and random.random() < 0.8:
        if case.body.get("act") == "retry":
            case.path_parameters["job_id"] = job = ended(order(SHORT, test_mode=True))
        # There are no items until the list has been read.
        case.body["upcs"] = [item["upc"] for item in items(job)[:2]] or case.body["upcs"]
    elif path.endswith("/decisions"):
        waiting = ask("GET", f"/api/batch/jobs/{job}/review")[1]["items"]
        for decision, item in zip(case.body.get("decisions", []), waiting):
            decision["upc"] = item["upc"]


@schemathesis.hook
def before_call(context, case, **kwargs):
    if case.meta.is_negative_at(ParameterLocation.PATH):
        return
    if case.path_parameters and "job_id" in case.path_parameters and random.random() < 0.9:
        fill(case)
    elif case.path == "/api/batch/process" and isinstance(case.body, dict):
        if not case.meta.is_negative_at(ParameterLocation.BODY) and random.random() < 0.5:
            case.body.update(gcs_path=SHORT, force=True, test_mode=True)


@schemathesis.hook
def after_call(context, case, response):
    route = f"{case.method.upper()} {case.path}"
    reached[route] += response.status_code in (200, 207)
    with open(REACHED, "w") as file:
        json.dump(reached, file)
