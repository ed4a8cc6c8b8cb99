# What the state machines have in common: their names, how a failed run ends, and the alarms that ring for it.
# Their own work is in pipeline.tf, export.tf, large.tf and audit.tf.
locals {
  machine_names = merge({ for key in ["curated_to_prod", "curate_large", "audit_cards"] : key => "${local.lake}-${key}" }, local.export_names)

  # Known before the machines are, by those that may start them or watch them.
  machine_arns = {
    for key, name in local.machine_names : key => "arn:${local.partition}:states:${var.region}:${local.account_id}:stateMachine:${name}"
  }

  # The alert of a failed run, as JSONata without its delimiters, and the error that the run ends with.
  failures = merge(local.export_failures, {
    curated_to_prod = {
      subject = "$substring('${local.lake}: curated_to_prod failed in ' & $join(${local.failed_ones}.system, ', '), 0, 99)"
      message = "${local.failure_story} & '\\n\\nRun: ' & $states.context.Execution.Id"
      error   = "SystemsFailed"
      cause   = local.failure_story
    }
    audit_cards = {
      subject = "'${local.lake}: the full card-data audit failed'"
      message = "$states.input.cause & '\\n\\nRun: ' & $states.context.Execution.Id"
      error   = "AuditFailed"
      cause   = "$states.input.cause"
    }
    curate_large = {
      subject = "'${local.lake}: a large file failed'"
      message = "$states.input.cause & '\\n\\nFile: ' & $states.context.Execution.Input.file_id & '\\nRun: ' & $states.context.Execution.Id"
      error   = "CurateLargeFailed"
      cause   = "$states.input.cause"
    }
  })

  export_failures = {
    for key in keys(local.exports) : key => {
      subject = "'${local.lake}: ${key} failed'"
      message = "$states.input.cause & '\\n\\nRun: ' & $states.context.Execution.Id"
      error   = "ExportFailed"
      cause   = "$states.input.cause"
    }
  }

  # An alert that cannot be sent does not hide the failure.
  failure_states = {
    for key, failure in local.failures : key => {
      "Alert" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::sns:publish"
        Arguments = {
          TopicArn = aws_sns_topic.alerts.arn
          Subject  = "{% ${failure.subject} %}"
          Message  = "{% ${failure.message} %}"
        }
        Output = "{% $states.input %}"
        Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Failed" }]
        Next   = "Failed"
      }
      "Failed" = {
        Type  = "Fail"
        Error = failure.error
        Cause = "{% ${failure.cause} %}"
      }
    }
  }

  ends = { failed = "Failed", timed_out = "TimedOut", aborted = "Aborted" }
  watched = merge(local.watched_exports, {
    pipeline = { machine = "curated_to_prod", advice = "the alert of a run that failed names the system and the cause" }
    audit    = { machine = "audit_cards", advice = "its alert names the cause; start the machine again and it continues" }
    large    = { machine = "curate_large", advice = "headgate files --state failed and --state handed_over name the file, its message lies in the dead-letter queue (docs/operate/runbook.md)" }
  })
  watched_exports = {
    for key, export in local.exports : export.source == "" ? "export" : "export_${export.source}" => {
      machine = key
      advice  = "its alert names the cause; nothing of the run has landed, or all of it"
    }
  }

  # What never happens shows by a success that is missing. Each window has six hours more than the longest gap of its schedule, in
  # steps of one hour: a run may end later than the one before. A schedule that is rarer than an alarm can look back has no such alarm.
  # Source: CloudWatch API reference, PutMetricAlarm: a period of an hour or more looks back 604,800 s at most.
  longest_window_h = 168
  watched_schedules = merge(
    { no_check = var.daily_schedule },
    { for key in local.scheduled_exports : local.exports[key].source == "" ? "no_export" : "no_export_of_${local.exports[key].source}" => local.exports[key].schedule },
  )
  cron_fields    = { for key, expression in local.watched_schedules : key => split(" ", trimsuffix(trimprefix(expression, "cron("), ")")) if startswith(expression, "cron(") }
  rates          = { for key, expression in local.watched_schedules : key => regex("^rate\\((\\d+) (minute|hour|day)s?\\)$", expression) if startswith(expression, "rate(") }
  hours_of_units = { minute = 1 / 60, hour = 1, day = 24 }
  weekdays       = { SUN = 1, MON = 2, TUE = 3, WED = 4, THU = 5, FRI = 6, SAT = 7 }

  # With k of the seven weekdays, the longest gap is 8 - k days at most. Other months and days of the month count as rarer than a week.
  weekday_counts = {
    for key, fields in local.cron_fields : key => contains(["*", "?"], fields[4]) ? 7 : length(distinct(flatten([
      for part in can(regex("[lL#]", fields[4])) ? [] : split(",", upper(fields[4])) : [
        for step in range(length(split("-", part)) == 1 ? 1 : (local.weekday_numbers[split("-", part)[1]] - local.weekday_numbers[split("-", part)[0]] + 7) % 7 + 1) :
        (local.weekday_numbers[split("-", part)[0]] + step) % 7
      ]
    ])))
  }
  weekday_numbers = merge(local.weekdays, { for number in values(local.weekdays) : tostring(number) => number })
  schedule_gaps_h = merge(
    { for key, rate in local.rates : key => tonumber(rate[0]) * local.hours_of_units[rate[1]] },
    {
      for key, fields in local.cron_fields : key => contains(["*", "?"], fields[2]) && fields[3] == "*" ? 24 * (8 - local.weekday_counts[key]) : local.longest_window_h
    },
  )
  windows_h = { for key, gap in local.schedule_gaps_h : key => ceil(gap) + 6 if ceil(gap) + 6 <= local.longest_window_h }

  awaited_successes = merge(
    {
      no_check = {
        description = "Nothing has asked for longer than the longest gap of daily_schedule whether curated_to_prod must run: ${module.curated_changes.name} handled no message, prod may be stale"
        namespace   = "AWS/SQS"
        metric      = "NumberOfMessagesDeleted"
        dimensions  = { QueueName = module.curated_changes.name }
        # The function polls the queue, so SQS reports zeros: only hours before the deployment are missing, and they are no silence.
        # Source: SQS developer guide, "Monitoring Amazon SQS queues using CloudWatch": metrics of queues that are in use.
        missing = "notBreaching"
      }
    },
    {
      for key in local.scheduled_exports : local.exports[key].source == "" ? "no_export" : "no_export_of_${local.exports[key].source}" => {
        description = "${key} has not succeeded for longer than the longest gap of its schedule: raw is stale, or a run lies there without its manifest"
        namespace   = "AWS/States"
        metric      = "ExecutionsSucceeded"
        dimensions  = { StateMachineArn = local.machine_arns[key] }
        missing     = "breaching" # a machine without executions reports nothing
      }
    },
  )
  awaited = { for key, success in local.awaited_successes : key => success if contains(keys(local.windows_h), key) }

  machine_alarms = merge(
    {
      for pair in setproduct(keys(local.watched), keys(local.ends)) : "${pair[0]}_${pair[1]}" => {
        description = "A run of ${local.watched[pair[0]].machine} ended as ${local.ends[pair[1]]}: ${local.watched[pair[0]].advice}"
        namespace   = "AWS/States"
        metric      = "Executions${local.ends[pair[1]]}"
        dimensions  = { StateMachineArn = local.machine_arns[local.watched[pair[0]].machine] }
        statistic   = "Sum"
        operator    = "GreaterThanThreshold"
        threshold   = 0
        period_s    = 300
        periods     = 1
        missing     = "notBreaching"
      }
    },
    {
      for key, success in local.awaited : key => merge(success, {
        statistic = "Sum"
        operator  = "LessThanThreshold"
        threshold = 1
        period_s  = 3600
        periods   = local.windows_h[key]
      })
    },
  )
}

# What every machine may do besides starting its jobs: send alerts of failures.
data "aws_iam_policy_document" "tell_of_failures" {
  source_policy_documents = [data.aws_iam_policy_document.use_key.json]

  statement {
    sid       = "TellOfFailures"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }
}
