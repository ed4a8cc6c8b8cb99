"""The countries that the sample shops sell to: population, output, distance from a British warehouse.

Source: World Bank, World Development Indicators: SP.POP.TOTL of 2024 and NY.GDP.MKTP.CD of 2023 (2022 for
Bermuda, Lebanon and the Channel Islands), as published at data.worldbank.org; numbers are facts. Codes: ISO
3166-1 alpha-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from scripts.generated_shop.drawn_arrays import money, nullable, timestamps

if TYPE_CHECKING:
    from collections.abc import Sequence

CENTS = 100


@dataclass(frozen=True)
class Region:
    """One sales region.

    `market` is its weight in the generated shop, `growth` how late its customers come, `delivery_days` the
    mean.
    """

    region_id: str
    name: str
    continent: str | None
    population: int | None
    gdp_usd: int | None
    delivery_days: float = 6.0
    market: float = 0.0
    growth: float = 1.0
    is_country: bool = True


REGIONS: tuple[Region, ...] = (
    Region("GB", "United Kingdom", "EU", 69_226_000, 3_340_032_380_668, 1.8, 60.0),
    Region("IE", "Ireland", "EU", 5_395_790, 545_629_450_404, 2.6, 5.0, 0.8),
    Region("DE", "Germany", "EU", 83_516_593, 4_456_081_016_706, 3.4, 6.0, 1.4),
    Region("FR", "France", "EU", 68_551_653, 3_030_904_089_608, 3.2, 5.0, 1.2),
    Region("NL", "Netherlands", "EU", 17_993_485, 1_118_124_749_886, 2.9, 2.5),
    Region("ES", "Spain", "EU", 48_848_840, 1_580_694_712_516, 4.4, 2.0, 1.8),
    Region("CH", "Switzerland", "EU", 9_005_582, 884_940_402_230, 4.6, 1.2),
    Region("PT", "Portugal", "EU", 10_694_681, 287_080_013_574, 4.8, 1.0),
    Region("BE", "Belgium", "EU", 11_858_610, 632_216_577_075, 3.0, 1.2),
    Region("SE", "Sweden", "EU", 10_569_709, 593_267_701_033, 4.2, 1.0, 0.7),
    Region("IT", "Italy", "EU", 58_952_704, 2_254_851_212_732, 4.7, 1.4),
    Region("AU", "Australia", "OC", 27_196_812, 1_723_827_215_335, 9.5, 1.2, 1.6),
    Region("CY", "Cyprus", "EU", 1_358_282, 32_229_622_669, 6.5, 0.4),
    Region("AT", "Austria", "EU", 9_177_982, 516_034_144_116, 3.9, 0.8),
    Region("GR", "Greece", "EU", 10_405_134, 238_206_312_633, 6.1, 0.5),
    Region("AE", "United Arab Emirates", "AS", 10_986_400, 504_173_451_327, 7.3, 0.6, 2.2),
    Region("DK", "Denmark", "EU", 5_976_992, 404_198_757_538, 3.7, 0.7),
    Region("NO", "Norway", "EU", 5_572_279, 485_513_316_504, 4.5, 0.7),
    Region("FI", "Finland", "EU", 5_619_911, 300_187_202_696, 4.9, 0.5),
    Region("US", "United States", "NA", 340_110_988, 27_360_935_000_000, 6.8, 4.0, 2.0),
    Region("JP", "Japan", "AS", 123_975_371, 4_212_945_159_781, 8.1, 0.6),
    Region("PL", "Poland", "EU", 36_559_233, 811_229_100_688, 4.3, 0.6, 2.4),
    Region("MT", "Malta", "EU", 568_847, 20_956_999_452, 6.0, 0.2),
    Region("LT", "Lithuania", "EU", 2_888_278, 77_836_396_963, 5.0, 0.2),
    Region("SG", "Singapore", "AS", 6_036_860, 501_427_500_080, 7.8, 0.3),
    Region("ZA", "South Africa", "AF", 64_007_187, 377_781_600_986, 9.8, 0.3),
    Region("BH", "Bahrain", "AS", 1_588_670, 43_205_000_000, 7.6, 0.1),
    Region("CA", "Canada", "NA", 41_288_599, 2_140_085_567_791, 7.1, 1.0, 1.5),
    Region("TH", "Thailand", "AS", 71_668_011, 514_944_993_834, 8.6, 0.1),
    Region("HK", "Hong Kong", "AS", 7_524_100, 382_054_574_299, 7.7, 0.2),
    Region("IL", "Israel", "AS", 9_974_400, 509_901_495_702, 7.0, 0.2),
    Region("IS", "Iceland", "EU", 386_506, 31_020_032_583, 5.6, 0.1),
    Region("KR", "South Korea", "AS", 51_751_065, 1_712_792_854_202, 8.0, 0.3, 1.9),
    Region("BR", "Brazil", "SA", 211_998_573, 2_173_665_655_937, 10.4, 0.3, 1.7),
    Region("BM", "Bermuda", "NA", 64_636, 7_827_980_000, 8.3, 0.05),
    Region("NG", "Nigeria", "AF", 232_679_478, 362_814_951_696, 11.0, 0.1),
    Region("LB", "Lebanon", "AS", 5_805_962, 20_992_421_949, 8.9, 0.05),
    Region("MX", "Mexico", "NA", 130_861_007, 1_788_886_821_047, 8.8, 0.4, 2.1),
    Region("IN", "India", "AS", 1_450_935_791, 3_549_918_918_778, 9.1, 0.4, 2.6),
    Region("NZ", "New Zealand", "OC", 5_287_500, 253_465_703_232, 10.1, 0.4),
    Region("CZ", "Czechia", "EU", 10_905_028, 330_858_339_872, 4.1, 0.4),
    Region("AR", "Argentina", "SA", 45_696_159, 640_591_410_664, 10.9, 0.1),
    Region("CL", "Chile", "SA", 19_764_771, 335_533_331_669, 10.7, 0.1),
    Region("EG", "Egypt", "AF", 116_538_258, 395_926_075_163, 8.4, 0.1),
)


def regions_table(regions: Sequence[Region], updated_at_s: int) -> pa.Table:
    """Return the `regions` rows; population and output are null for a region without statistics."""
    population = np.array([region.population or 0 for region in regions], dtype=np.int64)
    output = np.array([(region.gdp_usd or 0) * CENTS for region in regions], dtype=np.int64)
    return pa.table(
        {
            "region_id": pa.array([region.region_id for region in regions]),
            "region_name": pa.array([region.name for region in regions]),
            "country_code": pa.array(
                [region.region_id if region.is_country else None for region in regions], pa.string()
            ),
            "continent": pa.array([region.continent for region in regions], pa.string()),
            "population": nullable(population, population > 0),
            "gdp_usd": money(output, 20, 2, valid=output > 0),
            "updated_at": timestamps(np.full(len(regions), updated_at_s, dtype=np.int64)),
        }
    )
