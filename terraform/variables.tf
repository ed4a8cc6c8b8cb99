variable "platform" {
  description = "Where this root is applied: aws, or an emulator that speaks its API. platform.tf holds every difference."
  type        = string

  validation {
    condition     = contains(["aws", "emulator"], var.platform)
    error_message = "platform is aws or emulator."
  }
}

variable "region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region looks like eu-central-1."
  }
}

variable "emulator_url" {
  description = "Address of the emulator that this root is applied to, for the browser; scripts/deploy.py sets it. Not used on AWS."
  type        = string
  default     = "http://localhost:4566"

  validation {
    condition     = can(regex("^http://[a-z0-9.-]+(:[0-9]+)?$", var.emulator_url))
    error_message = "emulator_url is a scheme, host and port, such as http://127.0.0.1:4566."
  }
}

variable "name" {
  description = "Prefix of the names of functions, jobs, queues and other resources; buckets and databases begin with domain."
  type        = string
  default     = "headgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "name must be 2 to 20 of the letters a to z, in lower case, digits and hyphens, beginning with a letter."
  }
}

variable "domain" {
  description = "Name of the lake, and prefix of its buckets and databases: <domain>-raw-ACCOUNT, <domain>_curated; with full_names <domain>-<environment>-raw-REGION-ACCOUNT, <domain>_<environment>_curated."
  type        = string
  default     = "ecommerce"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,19}$", var.domain))
    error_message = "domain must be 2 to 20 of the letters a to z, in lower case, and digits, beginning with a letter."
  }
}

variable "systems" {
  description = "Systems that build prod tables: those of the domains in headgate.toml, and own-models for a lake's SQL models. Each has a bucket, a job and a crawler. An empty list is a lake without prod tables. Null takes all that scripts/packages/build.py packed."
  type        = list(string)
  default     = null

  validation {
    condition     = var.systems == null ? true : alltrue([for system in var.systems : can(regex("^[a-z][a-z0-9-]{1,29}$", system))]) && length(distinct(var.systems)) == length(var.systems)
    error_message = "systems are distinct names of 2 to 30 lower-case letters, digits and dashes."
  }
}

variable "environment" {
  description = "Environment of the lake, such as dev or prod; part of the names if full_names is true."
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,9}$", var.environment))
    error_message = "environment must be 1 to 10 of the letters a to z, in lower case, and digits, beginning with a letter."
  }
}

variable "full_names" {
  description = "Whether names hold lake, environment and region, so that several lakes stand side by side in an account. scripts/deploy.py sets it for a new deployment to AWS. A change renames every bucket, which replaces them."
  type        = bool
  default     = false

  validation {
    condition     = !var.full_names || length("${var.name}-${var.domain}-${var.environment}") <= 44
    error_message = "With full_names, name, domain and environment have at most 42 characters together."
  }
}

variable "build_dir" {
  description = "Folder that scripts/packages/build.py writes: archives, job scripts, catalog.json, reads.json and systems.json. Empty means ../build."
  type        = string
  default     = ""

  validation {
    condition     = var.build_dir == "" || !endswith(var.build_dir, "/")
    error_message = "build_dir has no slash at its end."
  }
}

variable "force_destroy" {
  description = "Whether a destroy may delete buckets that hold objects, and secrets at once. Null takes the platform's default: true on an emulator, false on AWS."
  type        = bool
  default     = null
}

variable "raw_expiry_days" {
  description = "Days after which objects in raw are deleted: masked forms, and originals that hold no card data or were not accepted."
  type        = number
  default     = 90

  validation {
    condition     = var.raw_expiry_days >= 1 && var.raw_expiry_days <= 3650
    error_message = "raw_expiry_days is from 1 to 3650."
  }
}

variable "raw_originals" {
  description = "What becomes of an original with card data once its file is accepted: its masked form replaces it (mask), nothing does (delete), or it stays in raw (keep). docs/adr/0023-masked-at-source.md"
  type        = string
  default     = "mask"

  validation {
    condition     = contains(["mask", "delete", "keep"], var.raw_originals)
    error_message = "raw_originals is mask, delete or keep."
  }
}

variable "old_version_days" {
  description = "Days for which replaced versions of an object are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.old_version_days >= 1 && var.old_version_days <= 3650
    error_message = "old_version_days is from 1 to 3650."
  }
}

variable "snapshot_version_days" {
  description = "Days for which snapshots and tables that a person or a refresh of fresh rows deleted can be restored. The newest five of each are kept in any case; a run deletes those that it replaced for good, and builds others again from the increments."
  type        = number
  default     = 1

  validation {
    condition     = var.snapshot_version_days >= 1
    error_message = "snapshot_version_days is at least 1."
  }
}

variable "log_retention_days" {
  description = "Days for which logs are kept."
  type        = number
  default     = 7

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days is one of CloudWatch's: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365."
  }
}

variable "gate_memory_mb" {
  description = "Memory of the gate's function. 1,769 MB is one vCPU, 3,008 MB is 1.7."
  type        = number
  default     = 3008

  validation {
    condition     = var.gate_memory_mb >= 512 && var.gate_memory_mb <= 10240
    error_message = "gate_memory_mb is from 512 to 10240."
  }
}

variable "large_concurrency" {
  description = "How many files that exceed the gate's function are processed at once, each in a run of its Glue job."
  type        = number
  default     = 4

  validation {
    condition     = var.large_concurrency >= 1 && var.large_concurrency <= 1000
    error_message = "large_concurrency is from 1 to 1000."
  }
}

variable "gate_timeout_s" {
  description = "Seconds that one invocation of the gate may take. The queue's visibility timeout is a minute longer."
  type        = number
  default     = 300

  validation {
    condition     = var.gate_timeout_s >= 30 && var.gate_timeout_s <= 900
    error_message = "gate_timeout_s is from 30 to 900."
  }
}

variable "gate_concurrency" {
  description = "How many instances of the gate's function may run at once; by default 5, and 4 on an emulator."
  type        = number
  default     = null

  validation {
    condition     = var.gate_concurrency == null ? true : var.gate_concurrency >= 2 && var.gate_concurrency <= 1000
    error_message = "gate_concurrency is from 2 to 1000, Lambda's own limits."
  }
}

variable "backup" {
  description = "Copies in another account and region, whose versioned buckets (by zone), key and backup vault exist already: docs/operate/runbook.md. Null copies nothing."
  type = object({
    account_id = string
    buckets    = map(string)
    key_arn    = string
    vault_arn  = string
    keep_days  = optional(number, 35)
  })
  default = null

  validation {
    condition = var.backup == null ? true : (
      can(regex("^[0-9]{12}$", var.backup.account_id))
      && length(var.backup.buckets) > 0
      && length(setsubtract(keys(var.backup.buckets), ["raw", "curated", "quarantine", "artifacts"])) == 0
      && can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.backup.key_arn))
      && can(regex("^arn:[a-z-]+:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:", var.backup.vault_arn))
      && var.backup.keep_days >= 1
    )
    error_message = "backup names an account of 12 digits, buckets of raw, curated, quarantine or artifacts, the ARN of a key, that of a backup vault, and at least a day."
  }
}

variable "files_table" {
  description = "Name of the ledger's table, where a backup was restored under another name (docs/operate/runbook.md); by default the lake's name with -files."
  type        = string
  default     = null

  validation {
    condition     = var.files_table == null ? true : can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.files_table))
    error_message = "files_table has 3 to 255 letters, digits, underscores, dots and hyphens, DynamoDB's own rule."
  }
}

variable "max_receive_count" {
  description = "Deliveries of one message before it goes to the dead-letter queue."
  type        = number
  default     = 3

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000
    error_message = "max_receive_count is from 1 to 1000."
  }
}

variable "redelivery_s" {
  description = "Visibility timeout of the raw queue, in seconds: how long a message stays hidden whose worker died before its first heartbeat. Null takes the gate's timeout and a minute; a test may set less."
  type        = number
  default     = null

  validation {
    condition     = var.redelivery_s == null ? true : var.redelivery_s >= 1 && var.redelivery_s <= 43200
    error_message = "redelivery_s is from 1 to 43200."
  }
}

variable "quiet_s" {
  description = "Seconds without new curated data after which a run of curated_to_prod is due."
  type        = number
  default     = 60

  validation {
    condition     = var.quiet_s >= 1 && var.quiet_s <= 3600
    error_message = "quiet_s is from 1 to 3600."
  }
}

variable "max_wait_s" {
  description = "Seconds after which a run is due although data keep arriving."
  type        = number
  default     = 900

  validation {
    condition     = var.max_wait_s >= 60 && var.max_wait_s <= 86400
    error_message = "max_wait_s is from 60 to 86400."
  }
}

variable "run_interval_s" {
  description = "The least number of seconds between two starts of curated_to_prod; new data that arrive earlier wait for it. Null takes the platform's default: 3600 on AWS, 0 on an emulator."
  type        = number
  default     = null

  validation {
    condition     = var.run_interval_s == null ? true : var.run_interval_s >= 0 && var.run_interval_s <= 604800
    error_message = "run_interval_s is from 0 to 604800 (a week)."
  }
}

variable "fresh_rows_mb" {
  description = "Megabytes of Parquet up to which a dataset's table shows the rows of accepted files before the next run: a job merges them, one run at a time. 0 leaves every table to the runs. A run of the job costs a minute of two workers on AWS, for each file that arrives alone."
  type        = number
  default     = 0

  validation {
    condition     = var.fresh_rows_mb >= 0 && var.fresh_rows_mb <= 1024
    error_message = "fresh_rows_mb is from 0 to 1024."
  }
}

variable "iceberg" {
  description = "Whether published tables are Apache Iceberg tables, too: metadata over the same Parquet files, and time travel to the versions that are kept. Such tables have no crawlers."
  type        = bool
  default     = false
}

variable "run_share" {
  description = "The most of the time that runs may take, from 0.01 to 1: after a run of ten minutes and with 0.1, the next starts 100 minutes after it at the earliest. Bounds the cost of a lake whose runs grow."
  type        = number
  default     = null

  validation {
    condition     = var.run_share == null ? true : var.run_share >= 0.01 && var.run_share <= 1
    error_message = "run_share is from 0.01 to 1."
  }
}

variable "run_share_wait_s" {
  description = "The most seconds between two starts that run_share asks for, so that tables do not become older and older in a lake whose runs grow. Null takes the platform's default: 604800 (a week) on AWS, 0 on an emulator."
  type        = number
  default     = null

  validation {
    condition     = var.run_share_wait_s == null ? true : var.run_share_wait_s >= 0 && var.run_share_wait_s <= 2592000
    error_message = "run_share_wait_s is from 0 to 2592000 (30 days)."
  }
}

variable "daily_schedule" {
  description = "EventBridge Scheduler expression, in UTC, of the daily check: a failed run is repeated, and a new deployment builds the tables again."
  type        = string
  default     = "cron(0 3 * * ? *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.daily_schedule))
    error_message = "daily_schedule is cron(...) or rate(...)."
  }
}

variable "report_schedule" {
  description = "EventBridge Scheduler expression, in UTC, of the report page with its alerts."
  type        = string
  default     = "cron(0 6 * * ? *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.report_schedule))
    error_message = "report_schedule is cron(...) or rate(...)."
  }
}

variable "full_audit_schedule" {
  description = "EventBridge Scheduler expression, in UTC, of the full card-data audit. Usual runs audit only what is new."
  type        = string
  default     = "cron(0 5 1 * ? *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.full_audit_schedule))
    error_message = "full_audit_schedule is cron(...) or rate(...)."
  }
}

variable "export_schedule" {
  description = "EventBridge Scheduler expression, in UTC, of the export of the source database."
  type        = string
  default     = "cron(0 1 * * ? *)"

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.export_schedule))
    error_message = "export_schedule is cron(...) or rate(...)."
  }
}

variable "export_enabled" {
  description = "Whether the export of the source database runs by its schedule, which is enabled only after the secret <name>/mysql has a login."
  type        = bool
  default     = false
}

variable "export_mask_at_source" {
  description = "Whether scheduled exports mask sensitive columns on the way, so that no card number reaches raw. The export's job may then read the masking key."
  type        = bool
  default     = false
}

variable "export_sources" {
  description = "Databases (MySQL or PostgreSQL) beside the deployment's own, by source name: the schedule in UTC, whether it is enabled, whether sensitive columns are masked on the way, and the job's network (null takes database_network). A schedule is enabled only after the secret <name>/mysql/<source> has a login."
  type = map(object({
    schedule       = optional(string, "cron(0 1 * * ? *)")
    enabled        = optional(bool, true)
    mask_at_source = optional(bool, false)
    network = optional(object({
      subnet_id          = string
      security_group_ids = list(string)
      availability_zone  = string
    }))
  }))
  default = {}

  validation {
    condition     = alltrue([for source in keys(var.export_sources) : can(regex("^[a-z][a-z0-9_]{0,31}$", source))])
    error_message = "A source in export_sources has 1 to 32 lower-case letters, digits and underscores, and starts with a letter."
  }

  validation {
    condition     = alltrue([for settings in values(var.export_sources) : can(regex("^(cron|rate)\\(.+\\)$", settings.schedule))])
    error_message = "Each schedule in export_sources is cron(...) or rate(...)."
  }

  validation {
    condition = alltrue([
      for settings in values(var.export_sources) : settings.network == null ? true : alltrue(concat(
        [startswith(settings.network.subnet_id, "subnet-"), length(settings.network.security_group_ids) > 0],
        [for group in settings.network.security_group_ids : startswith(group, "sg-")],
      ))
    ])
    error_message = "Each network in export_sources has a subnet-..., and at least one sg-...."
  }
}

variable "export_logins" {
  description = "Sources whose login is stored in their secret, the empty name for the deployment's own; scripts/deploy.py sets it. Other schedules stay disabled. Null trusts export_enabled and export_sources alone."
  type        = set(string)
  default     = null
}

variable "database_network" {
  description = "Where the export's job runs, so that it reaches the database: a subnet that reaches S3, Secrets Manager and KMS, and security groups, one of which accepts traffic from itself. Null runs the job outside any VPC."
  type = object({
    subnet_id          = string
    security_group_ids = list(string)
    availability_zone  = string
  })
  default = null

  validation {
    condition = var.database_network == null ? true : alltrue(concat(
      [startswith(var.database_network.subnet_id, "subnet-"), length(var.database_network.security_group_ids) > 0],
      [for group in var.database_network.security_group_ids : startswith(group, "sg-")],
    ))
    error_message = "database_network has a subnet-..., and at least one sg-...."
  }
}

variable "endpoint_network" {
  description = "Network in which endpoints of S3, Glue, KMS, CloudWatch, Secrets Manager and STS are created, for a database_network without internet. Null creates none: the network has its own, or a NAT gateway."
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    security_group_ids = list(string)
    route_table_ids    = list(string)
  })
  default = null

  validation {
    condition = var.endpoint_network == null ? true : alltrue(concat(
      [startswith(var.endpoint_network.vpc_id, "vpc-"), length(var.endpoint_network.subnet_ids) > 0, length(var.endpoint_network.security_group_ids) > 0],
      [for subnet in var.endpoint_network.subnet_ids : startswith(subnet, "subnet-")],
      [for group in var.endpoint_network.security_group_ids : startswith(group, "sg-")],
      [for table in var.endpoint_network.route_table_ids : startswith(table, "rtb-")],
    ))
    error_message = "endpoint_network has a vpc-..., at least one subnet-... and sg-..., and rtb-... of these subnets."
  }
}

variable "job_poll_s" {
  description = "Seconds between two polls of a job by the state machine. Null takes the platform's default: 1 on an emulator; on AWS 30, or as many as the job_timeouts need. On AWS at least 10: a run of Step Functions has at most 25,000 events."
  type        = number
  default     = null

  validation {
    condition     = var.job_poll_s == null ? true : var.job_poll_s >= 1 && var.job_poll_s <= 600
    error_message = "job_poll_s is from 1 to 600."
  }
}

variable "job_attempts" {
  description = "How often a job is started in one run before it counts as failed. A failed gate or audit is not retried."
  type        = number
  default     = 2

  validation {
    condition     = var.job_attempts >= 1 && var.job_attempts <= 5
    error_message = "job_attempts is from 1 to 5."
  }
}

variable "engine" {
  description = "Where the systems' features are computed: duckdb (the job's own machine), spark (the job's workers), athena, or auto (duckdb, and spark from spark_from_mb on). Null takes the platform's default: auto on AWS, duckdb on an emulator."
  type        = string
  default     = null

  validation {
    condition     = var.engine == null ? true : contains(["auto", "duckdb", "spark", "athena"], var.engine)
    error_message = "engine is auto, duckdb, spark or athena."
  }
}

variable "snapshot_part_rows" {
  description = "Rows of one part of a dataset's snapshot, on average. A merge writes, and the quality gate checks, only the parts that changed. 0 keeps each dataset in one file."
  type        = number
  default     = 262144

  validation {
    condition     = var.snapshot_part_rows >= 0 && var.snapshot_part_rows == floor(var.snapshot_part_rows)
    error_message = "snapshot_part_rows is 0 or a whole number of rows."
  }
}

variable "spark_from_mb" {
  description = "Megabytes of Parquet that a system reads from which engine auto takes Spark; docs/how-it-works/engines.md says what was measured."
  type        = number
  default     = 2000

  validation {
    condition     = var.spark_from_mb >= 0
    error_message = "spark_from_mb is not negative; 0 takes Spark always."
  }
}

variable "forecast_grain" {
  description = "Periods that sales are forecast by: day, week (from Monday) or month, in UTC. Null takes the system's default, week; docs/how-it-works/forecasts.md."
  type        = string
  default     = null

  validation {
    condition     = var.forecast_grain == null ? true : contains(["day", "week", "month"], var.forecast_grain)
    error_message = "forecast_grain is day, week or month."
  }
}

variable "forecast_horizon" {
  description = "How many periods ahead sales are forecast. Null takes the system's default: 28 days, 13 weeks or 12 months."
  type        = number
  default     = null

  validation {
    condition     = var.forecast_horizon == null ? true : var.forecast_horizon >= 1 && var.forecast_horizon <= 400 && var.forecast_horizon == floor(var.forecast_horizon)
    error_message = "forecast_horizon is a whole number of periods from 1 to 400."
  }
}

variable "forecast_by" {
  description = "What sales are grouped by before they are forecast: region,category, region, category, or none. Null takes the system's default, region,category."
  type        = string
  default     = null

  validation {
    condition     = var.forecast_by == null ? true : contains(["region,category", "region", "category", "none"], var.forecast_by)
    error_message = "forecast_by is region,category, region, category or none."
  }
}

variable "service_articles" {
  description = "Numbers of articles that are no merchandise, such as postage and fees, separated by commas. market_opportunities leaves them out, with those that it recognises itself."
  type        = string
  default     = null
}

variable "reviews_a_day" {
  description = "How many cases people can review in a day. A system that scores cases asks for about as many reviews at most. Null takes the system's default."
  type        = number
  default     = null

  validation {
    condition     = var.reviews_a_day == null ? true : var.reviews_a_day >= 0 && var.reviews_a_day < 1000000 && floor(var.reviews_a_day) == var.reviews_a_day
    error_message = "reviews_a_day is a whole number from 0 to 999999."
  }
}

variable "margin_share" {
  description = "The share of the revenue that the lake's organization keeps, above 0 and at most 1. A system that weighs a cost against a sale decides by it. Null takes the system's default."
  type        = number
  default     = null

  validation {
    condition     = var.margin_share == null ? true : var.margin_share > 0 && var.margin_share <= 1
    error_message = "margin_share is a share above 0 and at most 1, such as 0.35 for a margin of 35 %."
  }
}

variable "sentence_model" {
  description = "Whether jobs of systems that read texts with it get the sentence model (91 MB, English), where scripts/packages/build.py found it installed; without it texts are grouped by their words alone. Null takes the platform's default: true on AWS, false on an emulator, whose jobs find an installed one."
  type        = bool
  default     = null
}

variable "job_workers" {
  description = "The most workers that a Glue job on AWS may have. A job begins with two and gets more while Spark needs them."
  type        = number
  default     = 10

  validation {
    condition     = var.job_workers >= 2 && var.job_workers <= 100
    error_message = "job_workers is from 2 to 100."
  }
}

variable "job_worker_type" {
  description = "Kind of worker of the Glue jobs on AWS: G.1X has 4 cores and 16 GB, G.2X twice as much, and so on. Models hold their frames in the memory of one."
  type        = string
  default     = "G.1X"

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.job_worker_type)
    error_message = "job_worker_type is G.1X, G.2X, G.4X or G.8X."
  }
}

variable "job_worker_types" {
  description = "Worker types of single jobs on AWS, by the job's name without the lake's, such as build_own_models = \"G.2X\"; other jobs have job_worker_type. `make plan-aws` says which job needs a larger worker for its data."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for worker in values(var.job_worker_types) : contains(["G.1X", "G.2X", "G.4X", "G.8X"], worker)])
    error_message = "Each worker in job_worker_types is G.1X, G.2X, G.4X or G.8X."
  }
}

variable "job_timeouts" {
  description = "Minutes after which single jobs are stopped on AWS, by the job's name without the lake's, such as build_own_models = 180; other jobs have 60, build_systems 180. `make plan-aws` says which job needs longer for its data."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for minutes in values(var.job_timeouts) : minutes >= 1 && minutes <= 10080 && minutes == floor(minutes)])
    error_message = "Each timeout in job_timeouts is a whole number of minutes from 1 to 10080 (7 days, Glue's limit)."
  }
}

variable "systems_in_one_job" {
  description = "Whether one Glue job builds all systems that have something new, side by side, each with the role of its own job. A system that job_worker_types names, that does not fit the worker, or that failed there is built by its own job. docs/operate/cost.md says when this is cheaper."
  type        = bool
  default     = true
}

variable "run_in_one_job" {
  description = "Whether one Glue job, build_systems, does a whole run: merge, quality gate and systems, each with the role and the arguments of its own job. The job refuses a lake that is too large for its worker or its time, and what it did not do is done by a job for each stage. docs/operate/cost.md says when this is cheaper."
  type        = bool
  default     = true
}

variable "job_execution_class" {
  description = "Execution class of the Glue jobs of a run on AWS: FLEX costs a third less and may start minutes later; STANDARD starts at once. Workers other than G.1X and G.2X have STANDARD only."
  type        = string
  default     = "FLEX"

  validation {
    condition     = contains(["FLEX", "STANDARD"], var.job_execution_class)
    error_message = "job_execution_class is FLEX or STANDARD."
  }
}

variable "lineage_url" {
  description = "Server that gets the OpenLineage events of runs, such as https://marquez.example.com; a URL without a path gets /api/v1/lineage. Null sends none: the events are in the artifacts bucket in any case. docs/operate/lineage.md"
  type        = string
  default     = null

  # No login and no query: the URL is in the state and in the arguments of jobs, and both may hold a secret.
  validation {
    condition     = var.lineage_url == null ? true : can(regex("^(https://[A-Za-z0-9.-]+|http://(localhost|127\\.0\\.0\\.1))(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", var.lineage_url))
    error_message = "lineage_url is an https URL without a login and a query, such as https://marquez.example.com."
  }
}

variable "lineage_key_secret" {
  description = "Name of a secret in Secrets Manager, in this account and region, whose text is the API key for lineage_url. The jobs read it when they run; its value is in no plan and no state. Null sends no key; without lineage_url it is not used."
  type        = string
  default     = null

  validation {
    condition     = var.lineage_key_secret == null ? true : can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.lineage_key_secret))
    error_message = "lineage_key_secret is the name of a secret (letters, digits and /_+=.@-), not its ARN."
  }
}

variable "traces_url" {
  description = "Collector of OpenTelemetry (OTLP over HTTP) that gets traces of the gate and the API, such as https://collector.example.com, or http://localhost:4318 for the collector of traces_layer_arn. Null records none. docs/operate/traces.md"
  type        = string
  default     = null

  # No login and no query: the URL is in the state and in the environment of functions.
  validation {
    condition     = var.traces_url == null ? true : can(regex("^(https://[A-Za-z0-9.-]+|http://(localhost|127\\.0\\.0\\.1))(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$", var.traces_url))
    error_message = "traces_url is an https URL without a login and a query, such as https://collector.example.com."
  }
}

variable "traces_layer_arn" {
  description = "Version of a Lambda layer with a collector that runs beside the functions, such as AWS's Distro for OpenTelemetry; without traces_url it is not used. Null adds none."
  type        = string
  default     = null

  validation {
    condition     = var.traces_layer_arn == null ? true : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", var.traces_layer_arn))
    error_message = "traces_layer_arn is the ARN of a version of a layer, as in arn:aws:lambda:eu-central-1:123456789012:layer:collector:1."
  }
}

variable "monthly_budget_usd" {
  description = "Monthly budget of the AWS account in US dollars; the alerts report 80 percent spent and a forecast above it. 0 creates none. Null takes the platform's default: 100 on AWS, 0 on an emulator."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget_usd == null ? true : var.monthly_budget_usd >= 0
    error_message = "monthly_budget_usd is 0 or more."
  }
}

variable "monitoring" {
  description = "full has every alarm and a dashboard; minimal has no dashboard and only the alarms of failures that send no alert of their own: dead letters, a run that timed out, a schedule that no longer starts anything."
  type        = string
  default     = "full"

  validation {
    condition     = contains(["full", "minimal"], var.monitoring)
    error_message = "monitoring is full or minimal."
  }
}

variable "most_refused_share" {
  description = "Largest share of refused rows, 0 to 1, that a file may have; a file with more is reported by the API, the console and headgate status."
  type        = number
  default     = 0.2

  validation {
    condition     = var.most_refused_share >= 0 && var.most_refused_share <= 1
    error_message = "most_refused_share is from 0 to 1."
  }
}

variable "scan_limit_gb" {
  description = "Gigabytes that one Athena query may scan before it is cancelled."
  type        = number
  default     = 10

  validation {
    condition     = var.scan_limit_gb >= 1 && var.scan_limit_gb <= 10000
    error_message = "scan_limit_gb is from 1 to 10000."
  }
}

variable "alert_email" {
  description = "Address that alerts are sent to, or empty. AWS asks it to confirm."
  type        = string
  default     = ""

  validation {
    condition     = var.alert_email == "" || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email is empty or an e-mail address."
  }
}

variable "graphql_key_expires" {
  description = "When the API key of the GraphQL API ends, RFC 3339, at most 365 days ahead. Null takes AWS's default of 7 days."
  type        = string
  default     = null
}

variable "console_origins" {
  description = "Origins beside the deployed console that may call the API from a browser. Example: https://lake.example.com."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.console_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "console_origins are scheme and host without a path or a wildcard."
  }
}

variable "caller_requests_per_minute" {
  description = "Requests per minute that the API answers to one caller; more are answered with 429."
  type        = number
  default     = 1200

  validation {
    condition     = var.caller_requests_per_minute >= 60
    error_message = "caller_requests_per_minute is at least 60: the console reads a file every 3 seconds."
  }
}

variable "api_requests_per_s" {
  description = "Requests per second that the API answers; more are answered with 429."
  type        = number
  default     = 100

  validation {
    condition     = var.api_requests_per_s >= 1
    error_message = "api_requests_per_s is at least 1."
  }
}

variable "second_factor" {
  description = "Whether people who sign in with a password also give a code of an app: required, optional or off. Null requires it on AWS. A company's provider (sign_in_provider) asks for its own."
  type        = string
  default     = null

  validation {
    condition     = var.second_factor == null || contains(["required", "optional", "off"], coalesce(var.second_factor, "off"))
    error_message = "second_factor is required, optional or off."
  }
}

variable "sign_in_provider" {
  description = "A company's identity provider, whose people may sign in to the console: SAML with metadata_url, or OIDC with issuer and client_id (and sign_in_secret). docs/use/console.md"
  type = object({
    name         = string
    type         = string
    metadata_url = optional(string)
    issuer       = optional(string)
    client_id    = optional(string)
  })
  default = null

  validation {
    condition = var.sign_in_provider == null || try(
      can(regex("^[A-Za-z][A-Za-z0-9-]{1,31}$", var.sign_in_provider.name)) && (
        var.sign_in_provider.type == "SAML" && startswith(coalesce(var.sign_in_provider.metadata_url, "-"), "https://") ||
        var.sign_in_provider.type == "OIDC" && startswith(coalesce(var.sign_in_provider.issuer, "-"), "https://") && var.sign_in_provider.client_id != null
      ), false
    )
    error_message = "sign_in_provider has a name of 2 to 32 letters, digits and hyphens, and is SAML with an https metadata_url, or OIDC with an https issuer and a client_id."
  }
}

variable "sign_in_secret" {
  description = "Client secret of an OIDC sign_in_provider. Give it as the shell's TF_VAR_sign_in_secret, because --var keeps values in a file. It is also in the Terraform state."
  type        = string
  default     = null
  sensitive   = true
}

variable "permissions_boundary" {
  description = "ARN of a managed policy that bounds every role of the lake, where the account permits roles with one only. Null sets none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary))
    error_message = "permissions_boundary is the ARN of a managed policy. Example: arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "existing_roles" {
  description = "ARNs of roles that are used instead of new ones, where the deployer may not create roles: by the last part of the role's name, such as raw_to_curated-function, and `default` for all others. docs/operate/deploying.md says what they need."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for arn in values(var.existing_roles) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "existing_roles are ARNs of roles. Example: { default = \"arn:aws:iam::123456789012:role/LabRole\" }."
  }
}

variable "people" {
  description = "Who may assume the roles of people: ARNs of users, roles or accounts by role. A role without anybody is not created."
  type = object({
    uploader = optional(list(string), [])
    analyst  = optional(list(string), [])
    operator = optional(list(string), [])
    auditor  = optional(list(string), [])
  })
  default = {}

  validation {
    condition     = alltrue([for arn in flatten(values(var.people)) : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:", arn))])
    error_message = "people are ARNs of IAM. Example: arn:aws:iam::123456789012:role/analysts."
  }
}

variable "analysts_see_personal_data" {
  description = "Let the analyst role read tables with columns about a person (classification `personal` or `confidential` in their contract), such as customers."
  type        = bool
  default     = false
}

variable "audit_trail" {
  description = "Record who reads and writes objects with rows of files (CloudTrail data events), for a year, in a bucket where nobody can change them."
  type        = bool
  default     = false
}

variable "audit_trail_mode" {
  description = "Object lock of the trail's bucket. COMPLIANCE: nobody can delete a record within the year, so the bucket outlives the lake."
  type        = string
  default     = "GOVERNANCE"

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.audit_trail_mode)
    error_message = "audit_trail_mode is GOVERNANCE or COMPLIANCE."
  }
}
