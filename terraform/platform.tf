# All that differs between AWS and an emulator. Nothing below this file asks which one it is.
locals {
  platform = {
    aws = {
      s3_path_style       = false
      skip_account_checks = false
      force_destroy       = false
      secret_recovery     = 30
      key_deletion_days   = 30
      sql_dialect         = "athena"
      job_poll_s          = 30
      gate_concurrency    = 5 # a new account runs 10 functions at once: two places are for start_pipeline, three for API and report
      run_share           = 0.04
      run_share_wait_s    = 604800                           # a week
      run_interval_s      = 3600                             # a run costs about as much however little is new (docs/operate/deploying.md)
      least_job_poll_s    = 10                               # a run has at most 25,000 events, and a look at a job is nine of them
      scheduled_at        = "<aws.scheduler.scheduled-time>" # the scheduler replaces this by the time
      tags                = { project = var.name }
      plain_http_from     = []
      # The emulator runs functions with its own Python, which has these packages.
      layers = merge({
        tools = "Powertools for AWS Lambda"
        arrow = "numpy and Arrow with all its codecs"
        api   = "pydantic and the SQL parser, for the HTTP API"
      }, var.traces_url == null ? {} : { traces = "OpenTelemetry's SDK" })
      # Glue's Python shell ends at Python 3.9; Glue 5.1 has the functions' Python 3.11.
      job = {
        command      = "glueetl"
        python       = "3"
        glue_version = "5.1"
        workers      = { type = var.job_worker_type, number = var.job_workers }
        max_capacity = null
        timeout      = 60 # minutes
        # Source: AWS Glue developer guide, execution class: workers of these two types only.
        execution_class = contains(["G.1X", "G.2X"], var.job_worker_type) ? var.job_execution_class : "STANDARD"
      }
      systems_timeout    = 180 # minutes, of the job that builds several systems: fewer at once take longer
      console_protocol   = "redirect-to-https"
      console_origins    = []
      second_factor      = "required"
      monthly_budget_usd = 100
      saved_log_queries  = true
      expiry_rules       = true
      engine             = "auto"
      sentence_model     = true
      job_wheels         = true
      job_arguments      = { "--enable-auto-scaling" = "true" } # a job has more workers than its driver needs only while Spark asks for them
      # Python shares the worker with Spark's driver, whose heap Glue sets to 20 of G.2X's 32 GB; 1 GB is left to the system.
      # Source: AWS Glue developer guide, "AWS Glue worker types". docs/adr/0014-own-lambda-layer.md
      large = { worker = "G.2X", dpus = 2 * var.job_workers, timeout = 480, timeout_s = 28800, memory_mb = 11264, disk_mb = 65536, concurrent_runs = var.large_concurrency }
    }
    emulator = {
      s3_path_style       = true
      skip_account_checks = true
      plain_http_from     = ["127.0.0.0/8", "::1/128"]
      force_destroy       = true
      secret_recovery     = 0
      key_deletion_days   = 7
      sql_dialect         = "duckdb"
      job_poll_s          = 1
      run_interval_s      = 0
      run_share           = 1
      run_share_wait_s    = 0
      gate_concurrency    = 4 # each more is a cold start on the cores that the emulator itself needs
      least_job_poll_s    = 1
      scheduled_at        = "" # the emulator's scheduler puts nothing in that place
      tags                = {} # the emulator forgets the tags that a Glue job or crawler is made with
      layers              = {}
      job = {
        command         = "pythonshell"
        python          = "3.9"
        glue_version    = "3.0"
        workers         = { type = null, number = null }
        max_capacity    = 1
        timeout         = 600 # seconds, as the emulator reads it
        execution_class = null
      }
      systems_timeout    = 600                       # seconds
      console_protocol   = "allow-all"               # it has no certificate
      console_origins    = ["http://localhost:5173"] # the console's development server (npm run dev)
      second_factor      = "off"                     # nobody outside of this machine reaches the sign-in
      monthly_budget_usd = 0                         # nothing is billed
      saved_log_queries  = false                     # the emulator has no Logs Insights
      expiry_rules       = false                     # the emulator never deletes by them, and the provider waits for a minute
      engine             = "duckdb"
      job_wheels         = false
      sentence_model     = false # its jobs find the one that is installed where it runs
      job_arguments      = {}
      # The emulator forgets how many runs a job may have, and starts all at once.
      large = { worker = null, dpus = 1, timeout = 600, timeout_s = 600, memory_mb = 12288, disk_mb = 32768, concurrent_runs = null }
    }
  }[var.platform]

  force_destroy = coalesce(var.force_destroy, local.platform.force_destroy)
  job_poll_s    = coalesce(var.job_poll_s, max(local.platform.job_poll_s, local.least_poll_s))
  build_dir     = var.build_dir == "" ? "${path.module}/../build" : var.build_dir
  account_id    = data.aws_caller_identity.current.account_id
  partition     = data.aws_partition.current.partition
}

# Rights on running queries. Athena looks up the workgroup of a query; an emulator does not, and asks for a right on everything.
locals {
  followed_queries = {
    for key, workgroup in aws_athena_workgroup.this : key => { aws = workgroup.arn, emulator = "*" }[var.platform]
  }
}

# Addresses that a browser opens. Apart from the settings above, because the provider reads those and these follow from resources.
locals {
  console_url = {
    aws      = "https://${aws_cloudfront_distribution.console.domain_name}"
    emulator = "http://${split(".", aws_cloudfront_distribution.console.domain_name)[0]}.cloudfront.localhost${one(regex("(:\\d+)?$", var.emulator_url))}"
  }[var.platform]
  console_origins = concat([local.console_url], local.platform.console_origins, var.console_origins)

  # `headgate serve` shows the console at a free port of the person's own machine, and its uploads and downloads go to the buckets.
  # This grants no right: the presigned URL does, and only the signed-in caller gets one. The API and the sign-in keep exact origins.
  bucket_origins = concat(local.console_origins, ["http://127.0.0.1:*", "http://localhost:*"])

  # Source: Amazon SQS developer guide, "Queue and message identifiers".
  sqs_endpoint = {
    aws      = "https://sqs.${var.region}.${data.aws_partition.current.dns_suffix}"
    emulator = var.emulator_url
  }[var.platform]

  sign_in_authority = {
    aws      = "https://${aws_cognito_user_pool.this.endpoint}"
    emulator = "${var.emulator_url}/${aws_cognito_user_pool.this.id}"
  }[var.platform]

  sign_in_pages = {
    aws      = "https://${aws_cognito_user_pool_domain.this.domain}.auth.${var.region}.amazoncognito.com"
    emulator = var.emulator_url
  }[var.platform]

  # What the console may connect to besides the API: the buckets that parts go to and downloads come from, and the sign-in.
  console_connects = {
    aws = concat(
      ["https://cognito-idp.${var.region}.amazonaws.com", local.sign_in_pages],
      [for bucket in local.console_buckets : "https://${bucket}.s3.${var.region}.amazonaws.com"],
    )
    emulator = [var.emulator_url, "http://localhost:*"]
  }[var.platform]

  # The API accepts the console's origin, so it is made after the distribution, whose header can only name the APIs of the region.
  # The page itself names this API (local.console_page_policy), and a browser enforces both.
  api_hosts = {
    aws      = "https://*.execute-api.${var.region}.amazonaws.com"
    emulator = "http://*.localhost:*"
  }[var.platform]
}
