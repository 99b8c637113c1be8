"""Links the claims of `sh-bench match` with Splink on DuckDB, as its documentation recommends.

Argument: a text file with one claim per row. The column `sale` is the true sale and `source` the reporter; Splink sees
neither, they are for measuring only. Names come folded, so that Splink starts from the same cleaning as the product.
Prints JSON: versions, seconds of each step, and precision and recall over pairs of claims for several thresholds.

Model: https://moj-analytical-services.github.io/splink/demos/tutorials/00_Tutorial_Introduction.html (prior from
deterministic rules, u from random pairs, m by expectation maximisation over two blockings, connected components).
"""

import json
import logging
import sys
import time

import duckdb
import splink
import splink.comparison_level_library as levels
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999]


def ratio_level(low: float, high: float, label: str) -> levels.CustomLevel:
    """Amounts whose larger one is the smaller one times a factor between `low` and `high`."""
    larger = "greatest(amount_l, amount_r)"
    smaller = "least(amount_l, amount_r)"
    return levels.CustomLevel(
        f"{larger} BETWEEN {smaller} * {low} AND {smaller} * {high}", label_for_charts=label
    )


def settings() -> SettingsCreator:
    amount = cl.CustomComparison(
        output_column_name="amount",
        comparison_levels=[
            levels.NullLevel("amount"),
            levels.ExactMatchLevel("amount"),
            ratio_level(1.0, 1.002, "rounded"),
            ratio_level(1.0898, 1.0902, "with and without tax"),
            ratio_level(1.0, 1.065, "with and without freight"),
            ratio_level(9_900, 10_100, "yuan and ten thousand yuan"),
            levels.ElseLevel(),
        ],
    )
    day = cl.CustomComparison(
        output_column_name="day",
        comparison_levels=[
            levels.NullLevel("day"),
            levels.ExactMatchLevel("day"),
            levels.CustomLevel("abs(date_diff('day', day_l, day_r)) <= 4", label_for_charts="4 days"),
            levels.CustomLevel("abs(date_diff('day', day_l, day_r)) <= 12", label_for_charts="12 days"),
            levels.CustomLevel("abs(date_diff('day', day_l, day_r)) <= 31", label_for_charts="a month"),
            levels.ElseLevel(),
        ],
    )
    origin = cl.CustomComparison(
        output_column_name="origin",
        comparison_levels=[
            levels.NullLevel("origin"),
            levels.ExactMatchLevel("origin"),
            levels.CustomLevel("origin_l // 10000 = origin_r // 10000", label_for_charts="province"),
            levels.ElseLevel(),
        ],
    )
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="claim",
        blocking_rules_to_generate_predictions=[
            block_on("invoice_no"),
            block_on("order_no"),
            block_on("seller", "month"),
            block_on("seller", "next_month", "amount"),
            block_on("buyer", "month", "product"),
            block_on("amount", "month", "origin"),
        ],
        comparisons=[
            amount,
            day,
            origin,
            cl.JaroWinklerAtThresholds("seller", [0.95, 0.88]),
            cl.JaroWinklerAtThresholds("buyer", [0.95, 0.88]),
            cl.JaroWinklerAtThresholds("product", [0.9]),
            cl.ExactMatch("quantity"),
            cl.ExactMatch("destination"),
            cl.ExactMatch("invoice_no"),
            cl.ExactMatch("order_no"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def load(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    connection.execute(
        """CREATE TABLE told AS SELECT * FROM read_csv(?, header = true, nullstr = '', columns = {
            'claim': 'BIGINT', 'sale': 'BIGINT', 'source': 'VARCHAR', 'seller': 'VARCHAR', 'buyer': 'VARCHAR',
            'product': 'VARCHAR', 'origin': 'INTEGER', 'destination': 'INTEGER', 'day': 'DATE',
            'amount': 'BIGINT', 'quantity': 'BIGINT', 'order_no': 'VARCHAR', 'invoice_no': 'VARCHAR'})""",
        [path],
    )
    connection.execute(
        """CREATE TABLE claims AS SELECT claim, seller, buyer, product, nullif(origin, 0) AS origin,
            nullif(destination, 0) AS destination, day, amount, nullif(quantity, 0) AS quantity, order_no,
            invoice_no, strftime(day, '%Y%m') AS month,
            strftime(day + INTERVAL 10 DAY, '%Y%m') AS next_month FROM told"""
    )


def quality(connection: duckdb.DuckDBPyConnection, clusters: str) -> dict[str, float]:
    """Pairs of claims of one true sale, found and missed: all of them, and those of two different sources."""
    counts = connection.execute(
        f"""WITH c AS (SELECT told.sale, told.source, found.cluster_id FROM told JOIN {clusters} AS found USING (claim)),
            pairs AS (SELECT 'found' AS kind, count(*) AS n, false AS same_source FROM c GROUP BY cluster_id
                UNION ALL SELECT 'found', count(*), true FROM c GROUP BY cluster_id, source
                UNION ALL SELECT 'true', count(*), false FROM c GROUP BY sale
                UNION ALL SELECT 'true', count(*), true FROM c GROUP BY sale, source
                UNION ALL SELECT 'both', count(*), false FROM c GROUP BY cluster_id, sale
                UNION ALL SELECT 'both', count(*), true FROM c GROUP BY cluster_id, sale, source)
            SELECT kind, same_source, sum(n * (n - 1) // 2) FROM pairs GROUP BY ALL"""
    ).fetchall()
    pairs = {(kind, same): int(count) for kind, same, count in counts}
    found, true, both = (pairs[(kind, False)] for kind in ("found", "true", "both"))
    apart = {kind: pairs[(kind, False)] - pairs[(kind, True)] for kind in ("found", "true", "both")}
    return {
        "precision": both / max(found, 1),
        "recall": both / max(true, 1),
        "precision_between_sources": apart["both"] / max(apart["found"], 1),
        "recall_between_sources": apart["both"] / max(apart["true"], 1),
    }


def main() -> None:
    (path,) = sys.argv[1:]
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    steps: dict[str, float] = {}
    last = time.perf_counter()

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[name] = now - last
        last = now

    load(connection, path)
    step("loading")
    api = DuckDBAPI(connection)
    linker = Linker(api.register("claims"), settings(), log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("invoice_no"), block_on("order_no"), block_on("seller", "buyer", "amount", "month")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("seller", "buyer", "month"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("amount", "day"))
    step("training")
    predictions = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
    step("scoring")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=0.95
    )
    step("clustering at 0.95")
    results = {"0.95": quality(connection, clusters.physical_name)}
    for threshold in THRESHOLDS:
        if threshold == 0.95:
            continue
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=threshold
        )
        results[str(threshold)] = quality(connection, clusters.physical_name)
    print(
        json.dumps(
            {
                "version": splink.__version__,
                "engine": duckdb.__version__,
                "steps": steps,
                "pairs": connection.execute(f"SELECT count(*) FROM {predictions.physical_name}").fetchone()[0],
                "thresholds": results,
            }
        )
    )


if __name__ == "__main__":
    main()
