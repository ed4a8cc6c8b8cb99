output "environment" {
  description = "What a shell needs to work with this deployment; scripts/deploy.py writes it to deployment.json."
  value = merge(local.resource_names, local.records_environment, {
    HEADGATE_EXPORT_MACHINES    = jsonencode({ for key, export in local.exports : export.source => local.machine_arns[key] })
    HEADGATE_ANALYSTS_WORKGROUP = join("", [for key, workgroup in aws_athena_workgroup.this : workgroup.name if key == "analysts"])
    HEADGATE_STATE_MACHINE_ARN  = aws_sfn_state_machine.curated_to_prod.arn
    HEADGATE_DEBOUNCE_SCHEDULE  = local.debounce_schedule
    HEADGATE_SCHEDULER_ROLE_ARN = module.daily_schedule.role_arn
    HEADGATE_DRY_RUN_FUNCTION   = module.dry_run.name
    HEADGATE_SCAN_LIMIT_GB      = tostring(var.scan_limit_gb)
    HEADGATE_JOB_NAMES          = jsonencode(local.job_names)
    HEADGATE_JOB_LOG_PREFIX     = local.job_log_prefix
    HEADGATE_LOG_KEPT_DAYS      = tostring(var.log_retention_days)
    HEADGATE_USER_POOL          = aws_cognito_user_pool.this.id
    HEADGATE_USER_POOL_CLIENT   = aws_cognito_user_pool_client.console.id
    HEADGATE_CONSOLE_URL        = local.console_url
    HEADGATE_MAILS_TOPIC_ARN    = aws_sns_topic.mails.arn
    HEADGATE_TAKES_PEOPLE       = local.takes_people
  })
}

output "account_id" {
  description = "Account of the deployment."
  value       = local.account_id
}

output "region" {
  description = "Region of the deployment."
  value       = var.region
}

output "raw_queue_url" {
  description = "Queue of objects that landed in raw."
  value       = module.raw_objects.url
}

output "raw_dead_letter_queue_url" {
  description = "Messages that the gate could not work off."
  value       = module.raw_objects.dead_letters.url
}

output "curated_queue_url" {
  description = "Queue of new increments in curated."
  value       = module.curated_changes.url
}

output "curated_dead_letter_queue_url" {
  description = "Messages that the debounce could not work off."
  value       = module.curated_changes.dead_letters.url
}

output "functions" {
  description = "Functions with their roles and logs."
  value = {
    for key, function in merge({ raw_to_curated = module.raw_to_curated, start_pipeline = module.start_pipeline, dry_run = module.dry_run, report = module.report }, { for key, function in module.api : "api_${key}" => function }) : key => {
      name      = function.name
      role      = function.role_name
      log_group = function.log_group
    }
  }
}

output "api" {
  description = "The HTTP API: its address, its id, and what a sign-in needs."
  value = {
    url       = aws_apigatewayv2_api.this.api_endpoint
    id        = aws_apigatewayv2_api.this.id
    user_pool = aws_cognito_user_pool.this.id
    client    = aws_cognito_user_pool_client.console.id
    domain    = aws_cognito_user_pool_domain.this.domain
  }
}

output "console" {
  description = "The web console: its address, the bucket that scripts/deploy.py uploads it to, and the content security policy of its page."
  value = {
    url         = local.console_url
    bucket      = module.console_bucket.name
    page_policy = local.console_page_policy
  }
}

output "log_groups" {
  description = "Log groups of functions, jobs and the state machine, as `headgate logs` reads them."
  value       = local.log_groups
}

output "jobs" {
  description = "Glue jobs by what they do."
  value       = local.job_names
}

output "export_state_machine_arn" {
  description = "State machine that exports the source database's tables."
  value       = aws_sfn_state_machine.export_mysql["export_mysql"].arn
}

output "exports" {
  description = "Exports by source; the empty name is the deployment's own database. `scheduled` says whether the schedule is enabled."
  value = {
    for key, export in local.exports : export.source => {
      state_machine_arn = aws_sfn_state_machine.export_mysql[key].arn
      secret            = aws_secretsmanager_secret.mysql[key].name
      schedule          = export.schedule
      scheduled         = contains(local.scheduled_exports, key)
      mask_at_source    = export.mask_at_source
    }
  }
}

output "crawlers" {
  description = "Crawlers by their definition's file name."
  value       = { for key, crawler in module.crawler : key => crawler.name }
}

output "alarms" {
  description = "Alarms by what they watch."
  value       = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.alarm_name }
}

output "dashboard" {
  description = "Name of the dashboard; null without one."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}

output "graphql" {
  description = "The GraphQL API of records: its URL and id; null where the lake has no models. AppSync keeps the API key: aws appsync list-api-keys."
  value = one([for key in local.onboarding : {
    url    = aws_appsync_graphql_api.records[key].uris["GRAPHQL"]
    api_id = aws_appsync_graphql_api.records[key].id
  }])
}
