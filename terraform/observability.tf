# Alerts, alarms and the dashboard.
resource "aws_sns_topic" "alerts" {
  name              = "${local.lake}-alerts"
  kms_master_key_id = aws_kms_key.lake.arn
}

data "aws_iam_policy_document" "alerts" {
  statement {
    sid       = "AlarmsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alerts" {
  arn    = aws_sns_topic.alerts.arn
  policy = data.aws_iam_policy_document.alerts.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alert_email == "" ? toset([]) : toset([var.alert_email])

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  metric_namespace = "Headgate/${local.lake}"

  alarms = merge(
    {
      for key, queue in { dead_letters = module.raw_objects.dead_letters, debounce_dead_letters = module.curated_changes.dead_letters, call_dead_letters = aws_sqs_queue.call_dead_letters } : key => {
        description                    = "Messages lie in ${queue.name}: read the function's log, fix the cause, redrive the queue (docs/operate/runbook.md)"
        namespace                      = "AWS/SQS"
        metric                         = "ApproximateNumberOfMessagesVisible"
        dimensions                     = { QueueName = queue.name }
        statistic                      = "Maximum"
        operator                       = "GreaterThanThreshold"
        threshold                      = 0
        period_s                       = 60
        periods                        = 1
        missing                        = "notBreaching"
      }
    },
    {
      # Functions that crash. A message that a function returns too often shows as a dead letter.
      for key, function in { gate_errors = module.raw_to_curated, debounce_errors = module.start_pipeline, report_errors = module.report } : key => {
        description                      = "${function.name} crashed (out of time or memory, or failed to start): read ${function.log_group}"
        namespace                        = "AWS/Lambda"
        metric                           = "Errors"
        dimensions                       = { FunctionName = function.name }
        statistic                        = "Sum"
        operator                         = "GreaterThanThreshold"
        threshold                        = 0
        period_s                         = 300
        periods                          = 1
        missing                          = "notBreaching"
      }
    },
    {
      raw_age = {
        description = "The oldest object in raw has waited for an hour: the gate is too slow or has stopped"
        namespace   = "AWS/SQS"
        metric      = "ApproximateAgeOfOldestMessage"
        dimensions  = { QueueName = module.raw_objects.name }
        statistic   = "Maximum"
        operator    = "GreaterThanThreshold"
        threshold   = 3600
        period_s    = 300
        periods     = 1
        missing     = "notBreaching"
      }
    },
    {
      # A function that crashes, is out of time or is throttled: the API answers all of these with 5xx.
      # Source: API Gateway developer guide, "Metrics and dimensions of HTTP APIs".
      api_errors = {
        description = "The HTTP API answered more than four requests in five minutes with an error of its own: read ${module.api["lake"].log_group}"
        namespace   = "AWS/ApiGateway"
        metric      = "5xx"
        dimensions  = { ApiId = aws_apigatewayv2_api.this.id }
        statistic   = "Sum"
        operator    = "GreaterThanThreshold"
        threshold   = 4
        period_s    = 300
        periods     = 1
        missing     = "notBreaching"
      }
      # A function without a free place writes no line, so the alarm above has no log to read.
      api_function_throttles = {
        description = "AWS ran no ${module.api["lake"].name} for requests of the API: the account's functions are all busy (docs/operate/runbook.md)"
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = module.api["lake"].name }
        statistic   = "Sum"
        operator    = "GreaterThanThreshold"
        threshold   = 0
        period_s    = 300
        periods     = 1
        missing     = "notBreaching"
      }
      api_throttles = {
        description = "The HTTP API refused more than four requests in five minutes as too many (429): read ${aws_cloudwatch_log_group.api_access.name}"
        namespace   = local.metric_namespace
        metric      = "ApiThrottles"
        dimensions  = null
        statistic   = "Sum"
        operator    = "GreaterThanThreshold"
        threshold   = 4
        period_s    = 300
        periods     = 1
        missing     = "notBreaching"
      }
    },
    local.machine_alarms,
  )
}

locals {
  # A file or start that fails for good is a dead letter, and a run that fails sends an alert itself. These show everything else.
  minimal_alarms = concat(["dead_letters", "debounce_dead_letters", "pipeline_timed_out"], keys(local.awaited))
}

# API Gateway counts a 429 with all other 4xx, so the access log is counted. Without a default value there is no metric, and no
# cost, until a request is refused.
# Source: API Gateway developer guide, "Metrics and dimensions of HTTP APIs"; CloudWatch pricing, custom metrics.
resource "aws_cloudwatch_log_metric_filter" "api_throttles" {
  count = var.monitoring == "full" ? 1 : 0

  name           = "${local.lake}-api-throttles"
  log_group_name = aws_cloudwatch_log_group.api_access.name
  pattern        = "{ $.status = \"429\" }"

  metric_transformation {
    namespace = local.metric_namespace
    name      = "ApiThrottles"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for key, alarm in local.alarms : key => alarm if var.monitoring == "full" || contains(local.minimal_alarms, key) }

  alarm_name          = "${local.lake}-${replace(each.key, "_", "-")}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.period_s
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}

locals {
  charts = [
    { title = "Files through the gate", metrics = [["AWS/Lambda", "Invocations", "FunctionName", module.raw_to_curated.name], [".", "Errors", ".", "."], [".", "Throttles", ".", "."]], stat = "Sum" },
    { title = "Time per file, ms", metrics = [["AWS/Lambda", "Duration", "FunctionName", module.raw_to_curated.name, { stat = "p50" }], ["...", { stat = "p99" }]], stat = "p50" },
    { title = "Waiting and dead messages", metrics = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", module.raw_objects.name], ["...", module.raw_objects.dead_letters.name], ["...", module.curated_changes.dead_letters.name]], stat = "Maximum" },
    { title = "Age of the oldest message, s", metrics = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", module.raw_objects.name]], stat = "Maximum" },
    { title = "Runs of curated_to_prod", metrics = [["AWS/States", "ExecutionsSucceeded", "StateMachineArn", local.machine_arns["curated_to_prod"]], [".", "ExecutionsFailed", ".", "."], [".", "ExecutionsTimedOut", ".", "."], [".", "ExecutionsAborted", ".", "."]], stat = "Sum" },
    { title = "Bytes scanned by Athena", metrics = [["AWS/Athena", "ProcessedBytes", "WorkGroup", aws_athena_workgroup.this["lake"].name]], stat = "Sum" },
    { title = "Units that the ledger used", metrics = [["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", aws_dynamodb_table.files.name], [".", "ConsumedWriteCapacityUnits", ".", "."]], stat = "Sum" },
    # CloudWatch has the DPUs of a job as custom metrics only, which cost money: a chart of log lines shows them.
    # Source: AWS Glue developer guide, "Monitoring AWS Glue resources".
    { title = "Glue job runs at once, percent of the account's quota", metrics = [["AWS/Glue", "ResourceUsage", "Type", "Resource", "Resource", "JobRun", "Service", "Glue", "Class", "None"]], stat = "Maximum", period_s = 3600 },
    { title = "Bytes in S3", metrics = [for zone in keys(local.zones) : ["AWS/S3", "BucketSizeBytes", "BucketName", module.bucket[zone].name, "StorageType", "StandardStorage"]], stat = "Average", period_s = 86400 },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  count = var.monitoring == "full" ? 1 : 0

  dashboard_name = local.account_wide # Source: CloudWatch API reference, PutDashboard: dashboards are global

  dashboard_body = jsonencode({
    widgets = concat([
      for index, chart in local.charts : {
        type       = "metric"
        x          = 12 * (index % 2)
        y          = 6 * floor(index / 2)
        width      = 12
        height     = 6
        properties = { title = chart.title, region = var.region, metrics = chart.metrics, stat = chart.stat, period = lookup(chart, "period_s", 300), view = "timeSeries" }
      }
      ], [{
        type   = "log"
        x      = 12 * (length(local.charts) % 2)
        y      = 6 * floor(length(local.charts) / 2)
        width  = 12
        height = 6
        properties = {
          title  = "DPU-hours of Glue jobs by day, two workers a job"
          region = var.region
          query  = "SOURCE '${aws_cloudwatch_log_group.jobs["output"].name}' | ${local.saved_log_queries.dpu_hours_a_day}"
          view   = "bar"
        }
    }])
  })
}

# Questions that a person on call asks the logs. A file's id and a run's snapshot are in every line that concerns them.
locals {
  saved_log_queries = {
    errors          = "fields @timestamp, @log, message, error, cause | filter level = 'ERROR' | sort @timestamp desc | limit 100"
    one_file        = "fields @timestamp, @log, message, state, received, accepted | filter file_id = 'FILE ID' | sort @timestamp"
    slow_calls      = "fields @timestamp, @log, @duration, @maxMemoryUsed | filter @type = 'REPORT' | sort @duration desc | limit 50"
    files_a_hour    = "filter message = 'file processed' | stats count() as files, sum(received) as rows_in, sum(accepted) as rows_accepted by bin(1h)"
    dpu_hours_a_day = "filter message = 'glue run ended' | stats sum(dpu_hours) as dpu_hours by bin(1d)"
    run_starts      = "fields @timestamp, trigger, decision | filter message = 'run decided' | sort @timestamp desc | limit 50"
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.platform.saved_log_queries ? local.saved_log_queries : {}

  name            = "${local.lake}/${replace(each.key, "_", " ")}"
  log_group_names = local.log_groups
  query_string    = each.value
}

# The budget of the account: a filter by tag sees nothing until somebody activates the tag in the billing console.
locals {
  monthly_budget_usd = coalesce(var.monthly_budget_usd, local.platform.monthly_budget_usd)
  budget_alerts = {
    spent    = { type = "ACTUAL", percent = 80 }
    forecast = { type = "FORECASTED", percent = 100 }
  }
}

resource "aws_budgets_budget" "monthly" {
  for_each = local.monthly_budget_usd > 0 ? toset(["monthly"]) : toset([])

  name         = "${local.account_wide}-${each.key}"
  budget_type  = "COST"
  limit_amount = tostring(local.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = local.budget_alerts

    content {
      notification_type         = notification.value.type
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.alerts.arn]
    }
  }

  depends_on = [aws_sns_topic_policy.alerts]
}
