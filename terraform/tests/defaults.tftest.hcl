# A lake on AWS with every default. One run for all rules, because each run plans the whole lake, which takes seconds.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "a_lake_with_every_default" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built"
    region    = "eu-central-1"
  }

  assert {
    condition     = length(aws_s3_bucket_replication_configuration.this) + length(aws_backup_plan.this) + length(module.backup_role) + length(module.replication_role) == 0
    error_message = "Nothing is copied to another account unless it is named."
  }

  # Names: a lake of 0.1.0 keeps each of its names.
  assert {
    condition = { for zone, name in local.bucket_names : zone => name } == {
      staging                 = "ecommerce-staging-123456789012"
      raw                     = "ecommerce-raw-123456789012"
      curated                 = "ecommerce-curated-123456789012"
      quarantine              = "ecommerce-quarantine-123456789012"
      artifacts               = "ecommerce-artifacts-123456789012"
      athena_results          = "ecommerce-athena-results-123456789012"
      market-intelligence-hub = "market-intelligence-hub-prod-123456789012"
      demand-insights-engine  = "demand-insights-engine-prod-123456789012"
      compliance-guardian     = "compliance-guardian-prod-123456789012"
      global-market-pulse     = "global-market-pulse-prod-123456789012"
      retail-copilot          = "retail-copilot-prod-123456789012"
      console                 = "ecommerce-console-123456789012"
    }
    error_message = "A bucket would be replaced."
  }

  assert {
    condition     = local.lake == "headgate" && local.role_suffix == "" && aws_glue_catalog_database.this["curated"].name == "ecommerce_curated"
    error_message = "A table, key, role or database would be replaced."
  }

  # People and trail: only where they are asked for.
  assert {
    condition     = length(aws_iam_role.people) == 0 && length(aws_cloudtrail.objects) == 0 && length(aws_s3_bucket.trail) == 0
    error_message = "Roles of people and the trail exist only where they are asked for."
  }

  # The bill is bounded.
  assert {
    condition     = alltrue([for job in module.job : job.execution_class == "FLEX"]) && module.curate_large.execution_class == "STANDARD"
    error_message = "The jobs of a run use spare capacity; a large file that somebody uploaded is checked at once."
  }

  assert {
    condition = alltrue([
      for name, prefix in { curated = "snapshots/", retail-copilot = "tables/" } :
      [for rule in aws_s3_bucket_lifecycle_configuration.this[name].rule : rule.noncurrent_version_expiration[0].noncurrent_days if rule.id == "forget-replaced-tables"] == [1]
    ])
    error_message = "Replaced snapshots and tables are deleted after a day: every run replaces them."
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["raw"].rule : rule.id if rule.id == "forget-replaced-tables"] == []
    error_message = "Originals in raw keep their old versions."
  }

  assert {
    condition     = aws_budgets_budget.monthly["monthly"].limit_amount == "100" && toset(aws_budgets_budget.monthly["monthly"].notification[*].notification_type) == toset(["ACTUAL", "FORECASTED"])
    error_message = "A budget reports what was spent and what is forecast."
  }

  assert {
    condition     = local.run_share == 0.04 && local.run_share_wait_s == 604800
    error_message = "Runs take at most a twenty-fifth of the time, and new data wait for it a week at most."
  }

  # The export is disabled until its login is stored.
  assert {
    condition     = module.export_schedule["export_mysql"].settings.state == "DISABLED" && module.export_schedule["export_mysql"].settings.expression == "cron(0 1 * * ? *)"
    error_message = "Without a login there is nothing to export."
  }

  assert {
    condition     = jsondecode(module.export_schedule["export_mysql"].settings.input).scheduled_at == "<aws.scheduler.scheduled-time>" && strcontains(module.export_schedule["export_mysql"].settings.input, "<aws.scheduler.scheduled-time>")
    error_message = "The scheduler finds the place where the time goes."
  }

  assert {
    condition     = length(aws_glue_connection.database) == 0 && length(data.aws_iam_policy_document.enter_network) == 0
    error_message = "Without a network there is no connection, and no right to enter one."
  }

  assert {
    condition     = local.export_definitions["export_mysql"].States["Judge export_mysql"].Choices[2].Next == "Alert" && local.export_definitions["export_mysql"].States["Alert"].Next == "Failed"
    error_message = "A failure is reported, and fails the run."
  }

  assert {
    condition     = toset(keys(local.export_definitions["export_mysql"].States)) == toset(["Start export_mysql", "Wait for export_mysql", "Look at export_mysql", "Judge export_mysql", "Exported", "Alert", "Failed"])
    error_message = "Start, wait, look, judge."
  }

  # Layers, and Spark jobs.
  assert {
    condition = alltrue([
      for name, layer in aws_lambda_layer_version.this :
      contains(layer.compatible_runtimes, module.raw_to_curated.settings.runtime) && aws_s3_object.layer[name].key == "code/layers/${name}.zip"
    ]) && length(aws_lambda_layer_version.this) == 3
    error_message = "On AWS the functions' libraries are layers of our own."
  }

  assert {
    condition     = length(module.raw_to_curated.settings.layers) == 2 && length(module.start_pipeline.settings.layers) == 1
    error_message = "The gate carries Powertools and Arrow, a function that reads no data carries Powertools only."
  }

  assert {
    condition     = local.platform.job.command == "glueetl" && local.platform.job.glue_version == "5.1" && local.platform.job.python == "3"
    error_message = "On AWS jobs are Glue 5.1 jobs."
  }

  assert {
    condition = alltrue([
      for job in keys(local.build_jobs) :
      local.jobs[job].arguments["--HEADGATE_ENGINE"] == "auto" && local.jobs[job].arguments["--HEADGATE_SPARK_FROM_MB"] == "2000"
    ]) && local.platform.job.workers.number == 10 && local.job_arguments["--enable-auto-scaling"] == "true"
    error_message = "On AWS every system goes to Spark by the size of what it reads, on workers that come when they are needed."
  }

  assert {
    condition = { for job, one in local.jobs : job => merge(local.job_arguments, one.arguments)["--extra-py-files"] } == merge(
      { for job in keys(local.jobs) : job => "s3://ecommerce-artifacts-123456789012/code/headgate.zip" },
      { build_retail_copilot = "s3://ecommerce-artifacts-123456789012/code/headgate.zip,s3://ecommerce-artifacts-123456789012/code/sentence_model.zip" },
    )
    error_message = "The job of retail-copilot gets the sentence model, by the name of an archive that PySpark puts on the path, and no other job does."
  }

  assert {
    condition     = !contains(keys(local.jobs["merge_curated"].arguments), "--HEADGATE_ENGINE")
    error_message = "The merge has its own bound of memory."
  }

  assert {
    condition     = local.platform.sql_dialect == "athena" && local.environment.HEADGATE_SQL_DIALECT == "athena"
    error_message = "Athena's SQL needs no translation on AWS."
  }

  assert {
    condition     = !local.force_destroy && aws_dynamodb_table.files.deletion_protection_enabled && aws_secretsmanager_secret.masking_key.recovery_window_in_days == 30
    error_message = "Nothing that holds data goes easily on AWS."
  }

  assert {
    condition     = length(local.platform.plain_http_from) == 0
    error_message = "On AWS nobody comes without TLS."
  }

  assert {
    condition     = local.job_poll_s == 30 && local.run_timeout_s == 21600
    error_message = "The state machine looks at a job every 30 s on AWS, and a run has six hours."
  }

  assert {
    condition     = ((sum(values(local.attempt_minutes)) + local.systems_minutes) * 60 / local.job_poll_s) * 9 < 25000 * 0.8
    error_message = "The history of the longest run fits into Step Functions' 25,000 events."
  }

  assert {
    condition     = local.platform.large.worker == "G.2X" && local.platform.large.memory_mb <= (32 - 20 - 1) * 1024 && module.curate_large.arguments["--HEADGATE_MEMORY_MB"] == tostring(local.platform.large.memory_mb)
    error_message = "The job of large files claims what Spark's heap and the system leave of its worker."
  }

  assert {
    condition     = alltrue([for job in module.job : job.arguments["--custom-logGroup-prefix"] == local.job_log_prefix]) && toset([for group in aws_cloudwatch_log_group.jobs : group.name]) == toset(["${local.job_log_prefix}/output", "${local.job_log_prefix}/error"])
    error_message = "The log groups that Glue would create exist with their retention."
  }

  assert {
    condition     = local.platform.gate_concurrency + 2 <= 10
    error_message = "A new account runs ten functions at once, and start_pipeline needs places of them."
  }

  # A run for one system leaves the others.
  assert {
    condition = alltrue([
      for job, system in local.build_jobs : anytrue([
        for branch in local.system_branches : branch.StartAt == "Is ${system} asked for?"
        && branch.States["Is ${system} asked for?"].Choices[0].Next == "Leave ${system}"
        && strcontains(branch.States["Is ${system} asked for?"].Choices[0].Condition, "Execution.Input.only != '${system}'")
        && branch.States["Is ${system} asked for?"].Default == "Start ${job}"
        && strcontains(branch.States["Leave ${system}"].Output, "'state': 'left'") && branch.States["Leave ${system}"].End
        if branch.StartAt == "Is ${system} asked for?"
      ])
    ]) && length(local.system_branches) == 5
    error_message = "Each branch builds its system unless another one alone is asked for."
  }

  assert {
    condition = alltrue([
      for job, system in local.build_jobs : anytrue([
        for branch in local.system_branches : branch.States["Is ${system} asked for?"].Choices[1].Next == "Keep ${system}"
        && branch.States["Is ${system} asked for?"].Choices[1].Condition == "{% 'runs/unchanged/${system}' in $states.input.unchanged %}"
        && strcontains(branch.States["Keep ${system}"].Output, "'state': 'unchanged'") && branch.States["Keep ${system}"].End
        if branch.StartAt == "Is ${system} asked for?"
      ])
    ])
    error_message = "A system whose datasets did not change is reported as unchanged, and its job is not started."
  }

  assert {
    condition     = local.stages["quality_gate"].done == "See what changed" && local.system_states["See what changed"].Next == "Is one job enough?"
    error_message = "The systems are built after the quality gate has marked those that need no build."
  }

  # One job builds several systems, and what it did not build has a job of its own.
  assert {
    condition = jsonencode(local.one_job_states["Is one job enough?"].Choices) == jsonencode([{
      Condition = "{% $not($exists($states.context.Execution.Input.only)) and $count(${local.systems_to_build}) > 1 %}"
      Next      = "Start build_systems"
    }]) && local.one_job_states["Is one job enough?"].Default == "Build the systems"
    error_message = "A single system is built by its own job."
  }

  assert {
    condition     = local.systems_to_build == "$filter([\"compliance-guardian\",\"demand-insights-engine\",\"global-market-pulse\",\"market-intelligence-hub\",\"retail-copilot\"], function($system) { $not(('runs/unchanged/' & $system) in $states.input.unchanged) })"
    error_message = "One job builds all systems that have something new."
  }

  assert {
    condition = (
      local.stages["build_systems"].done == "See what is built" && local.stages["build_systems"].failed == "See what is built" &&
      strcontains(local.definition.States["Judge build_systems"].Choices[1].Condition, "$states.input.attempt < 1 ") &&
      local.one_job_states["See what is built"].Next == "Build the systems"
    )
    error_message = "Whatever becomes of the one job, the run looks at what it built and builds the rest."
  }

  assert {
    condition     = one(local.one_job_states["See what is built"].Catch).Next == "Build the systems" && one(local.one_job_states["See what is built"].Catch).Output == "{% {'unchanged': $states.input.unchanged, 'built': []} %}"
    error_message = "All systems are built by their own jobs if the marks cannot be read."
  }

  assert {
    condition = alltrue([
      for job, system in local.build_jobs : anytrue([
        for branch in local.system_branches : branch.States["Is ${system} asked for?"].Choices[2].Next == "Published ${system}"
        && branch.States["Is ${system} asked for?"].Choices[2].Condition == "{% 'runs/unchanged/built/${system}' in $states.input.built %}"
        if branch.StartAt == "Is ${system} asked for?"
      ])
    ])
    error_message = "A system that the one job built is reported as published, and its own job is not started."
  }

  assert {
    condition = module.build_systems[0].worker_type == "G.1X" && module.build_systems[0].execution_class == "FLEX" && module.build_systems[0].arguments["--HEADGATE_ENGINE"] == "auto" && (
      module.build_systems[0].arguments["--extra-py-files"] == "s3://ecommerce-artifacts-123456789012/code/headgate.zip,s3://ecommerce-artifacts-123456789012/code/sentence_model.zip"
    )
    error_message = "The one job has the worker of the others, and the archives of all systems."
  }

  assert {
    condition     = local.job_names["build_systems"] == "headgate-build_systems" && local.api_job_names["build_systems"] == "headgate-build_systems"
    error_message = "The cost of the one job is read as that of every other."
  }

  assert {
    condition     = one(local.system_states["See what changed"].Catch).Next == "Is one job enough?" && one(local.system_states["See what changed"].Catch).Output == "{% {'unchanged': [], 'built': []} %}"
    error_message = "All systems are built if the marks cannot be read."
  }

  assert {
    condition = (
      local.definition_states["Was anything pushed?"].Default == "Is the whole run asked for?"
      && local.definition_states["Choose the definitions"].Next == "Is the whole run asked for?"
      && jsonencode(local.definition_states["See what was pushed"].Assign) == jsonencode({ definitions = "deployed" })
      && strcontains(local.definition_states["Choose the definitions"].Assign.definitions, "Metadata.deployment = '${local.deployment_id}' ? $states.result.Metadata.version : ($exists($states.result.Metadata.otherwise) ? $states.result.Metadata.otherwise : 'deployed')")
      && local.definition.States["Is it our turn?"].Choices[0].Next == "See what was pushed"
    )
    error_message = "A run chooses the pushed definitions of this deployment and the created datasets when it is its turn, before its first job."
  }

  assert {
    condition     = alltrue([for name in ["See what was pushed", "Choose the definitions"] : one(local.definition_states[name].Catch).Next == "Alert"])
    error_message = "A run that cannot read which definitions are in use fails, and does not build with others."
  }

  # One job does a whole run, and a job for each stage does it again if the one job fails.
  assert {
    condition = (
      local.run_job_states["Is the whole run asked for?"].Default == "Start run_in_one_job" && one(local.run_job_states["Is the whole run asked for?"].Choices).Next == "Start merge_curated" &&
      local.stage_states["run_in_one_job"]["Start run_in_one_job"].Arguments.JobName == "headgate-build_systems" && !contains(keys(local.job_names), "run_in_one_job") && strcontains(local.stages["run_in_one_job"].arguments, "{'--stages': 'merge_curated,quality_gate', '--systems': 'compliance-guardian,") &&
      local.stages["run_in_one_job"].done == "See what is built" && local.stages["run_in_one_job"].failed == "Start merge_curated" &&
      strcontains(local.definition.States["Judge run_in_one_job"].Choices[1].Condition, "$states.input.attempt < 1 ")
    )
    error_message = "One job does a run, unless one system is asked for; if it fails, each stage has its own job."
  }

  assert {
    condition = alltrue([
      for job in concat(["run_in_one_job", "merge_curated", "quality_gate", "build_systems"], keys(local.build_jobs)) : strcontains(local.stages[job].arguments, "'--HEADGATE_DEFINITIONS': $definitions")
    ])
    error_message = "Every job of a run gets the version of the definitions that the run chose."
  }

  assert {
    condition     = aws_s3_object.package.metadata.deployment == local.deployment_id
    error_message = "A push finds the id of the deployment with its code."
  }

  assert {
    condition     = local.job_arguments["--HEADGATE_DEPLOYMENT_ID"] == local.deployment_id && !contains(keys(output.environment), "HEADGATE_DEPLOYMENT_ID")
    error_message = "Jobs and functions read what was pushed to their own deployment; a person pushes to the one that is in place."
  }
}
