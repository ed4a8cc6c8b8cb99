select iso3166_1_alpha_3 as code, official_name_en as name, continent
from raw.countries
