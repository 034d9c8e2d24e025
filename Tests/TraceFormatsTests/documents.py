"""Reads a JSON document of kflame as its readers do: documents.py FORMAT FILE prints the stacks in it as folded text.

Checked first: the schema beside this file, and what a schema cannot say. Exit status 1 and a word where something does
not hold. Needs jsonschema, from Tools/consumers.
"""

import collections
import json
import os
import sys

from jsonschema import Draft202012Validator

format, path = sys.argv[1:]
here = os.path.dirname(os.path.abspath(__file__))
validator = Draft202012Validator(json.load(open(f"{here}/Schemas/{format}.json")))


def check(holds, what):
    if not holds:
        sys.exit(f"{path}: {what}")


def validate(document):
    for error in validator.iter_errors(document):
        check(False, f"{error.json_path}: {error.message[:300]}")


def speedscope(document):
    names = [frame["name"] for frame in document["shared"]["frames"]]
    check(document.get("activeProfileIndex", 0) < len(document["profiles"]), "no such profile")
    for profile in document["profiles"]:
        weights, samples = profile["weights"], profile["samples"]
        check(len(weights) == len(samples), "as many weights as samples")
        check(profile["endValue"] - profile["startValue"] == sum(weights), "the weights fill the profile's length")
        for sample, weight in zip(samples, weights):
            check(all(frame < len(names) for frame in sample), "frames are in the table")
            yield [names[frame] for frame in sample], weight


def columns(thread):
    for name, table in thread.items():
        if isinstance(table, dict):
            for column, values in table.items():
                if isinstance(values, list):
                    check(len(values) == table["length"], f"{name}.{column} has not {table['length']} values")


def firefox(document):
    for thread in document["threads"]:
        columns(thread)
        stacks, frames, functions = thread["stackTable"], thread["frameTable"], thread["funcTable"]
        samples = thread["samples"]
        check(samples["time"] == sorted(samples["time"]), "samples are in the order of time")

        def names(stack):
            while stack is not None:
                yield thread["stringArray"][functions["name"][frames["func"][stacks["frame"][stack]]]]
                prefix = stacks["prefix"][stack]
                check(prefix is None or prefix < stack, "a caller's row stands before")
                stack = prefix

        weights = samples["weight"] or [1] * samples["length"]
        for stack, weight in zip(samples["stack"], weights):
            yield list(names(stack))[::-1], weight


def jsonl(lines):
    check(lines and "schema" in lines[0] and not any("schema" in line for line in lines[1:]), "one head, first")
    for line in lines[1:]:
        yield line["stack"], line["value"]


def documents():
    text = open(path, encoding="utf-8").read()
    return [json.loads(line) for line in text.splitlines()] if format == "jsonl" else json.loads(text)


document = documents()
for part in document if format == "jsonl" else [document]:
    validate(part)
totals = collections.Counter()
for stack, value in {"speedscope": speedscope, "firefox": firefox, "jsonl": jsonl}[format](document):
    totals[";".join(stack)] += value
for stack in sorted(totals, key=lambda stack: stack.encode()):
    print(stack, totals[stack])
