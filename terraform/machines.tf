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

  # What never happens shows by a success that is missing. 30 hours in steps of one: a window of one day that CloudWatch
  # aligns by itself would miss a run that ends some minutes later than the day before.
  awaited = merge(
    {
      no_check_for_a_day = {
        description = "Nothing has asked for 30 hours whether curated_to_prod must run: ${module.curated_changes.name} handled no message, prod may be stale"
        namespace   = "AWS/SQS"
        metric      = "NumberOfMessagesDeleted"
        dimensions  = { QueueName = module.curated_changes.name }
      }
    },
    {
      for key in local.scheduled_exports : local.exports[key].source == "" ? "no_export_for_a_day" : "no_export_of_${local.exports[key].source}_for_a_day" => {
        description = "${key} has not succeeded for 30 hours: raw is stale, or a run lies there without its manifest"
        namespace   = "AWS/States"
        metric      = "ExecutionsSucceeded"
        dimensions  = { StateMachineArn = local.machine_arns[key] }
      }
    },
  )

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
        periods   = 30
        missing   = "breaching"
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
