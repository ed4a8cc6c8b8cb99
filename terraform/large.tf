# Files that are too much for the gate's function: one run of a state machine for each, which starts the job and watches it.
#
# The machine waits for a free place among the job's runs, repeats what may be repeated, and sees a job that was killed. A file that
# fails for good says so in its record, and its message lies in the gate's dead-letter queue, to be sent round again like any other.
locals {
  large_machine_name = "${var.name}-curate_large"
  large_machine_arn  = "arn:aws:states:${var.region}:${local.account_id}:stateMachine:${local.large_machine_name}"
  large_arguments    = "{% {'--object': $states.context.Execution.Input.object, '--run': $states.context.Execution.Name} %}"

  large_alarms = {
    for key, ended in { large_failed = "Failed", large_timed_out = "TimedOut", large_aborted = "Aborted" } : key => {
      description                    = "A run of curate_large ended as ${ended}: headgate files --state failed and --state handed_over name the file, its message lies in the dead-letter queue (docs/runbook.md)"
      namespace                      = "AWS/States"
      metric                         = "Executions${ended}"
      dimensions                     = { StateMachineArn = local.large_machine_arn }
      statistic                      = "Sum"
      operator                       = "GreaterThanThreshold"
      threshold                      = 0
      period_s                       = 300
      missing                        = "notBreaching"
    }
  }

  large_definition = {
    Comment        = "One large file through the gate"
    QueryLanguage  = "JSONata"
    StartAt        = "Start curate_large"
    TimeoutSeconds = 43200 # the function hands a file over again when it has not heard of it for so long
    States = merge(local.stage_states["curate_large"], {
      "Settled" = { Type = "Succeed" }
      "Record the failure" = {
        Type     = "Task"
        Resource = "arn:aws:states:::dynamodb:updateItem"
        Arguments = {
          TableName                = aws_dynamodb_table.files.name
          Key                      = { file_id = { S = "{% $states.context.Execution.Input.file_id %}" } }
          UpdateExpression         = "SET #state = :failed, #error = :error REMOVE lease_until_ms, taken_by, taken_until_ms"
          ConditionExpression      = "#state = :handed_over AND (attribute_not_exists(taken_by) OR taken_by = :run)"
          ExpressionAttributeNames = { "#state" = "state", "#error" = "error" }
          ExpressionAttributeValues = {
            ":failed"      = { S = "failed" }
            ":handed_over" = { S = "handed_over" }
            ":run"         = { S = "{% $states.context.Execution.Name %}" }
            ":error" = {
              M = {
                rule    = { S = "job_failed" }
                message = { S = "{% $states.input.cause %}" }
                remedy  = { S = "mend the cause, then send its message round again: headgate queue redrive" }
              }
            }
          }
        }
        Output = "{% $states.input %}"
        Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Keep the message" }]
        Next   = "Keep the message"
      }
      "Keep the message" = {
        Type     = "Task"
        Resource = "arn:aws:states:::sqs:sendMessage"
        Arguments = {
          QueueUrl    = module.raw_objects.dead_letters.url
          MessageBody = "{% $string({'Records': [{'eventName': 'ObjectCreated:Put', 's3': {'bucket': {'name': $states.context.Execution.Input.bucket}, 'object': {'key': $states.context.Execution.Input.key, 'versionId': $states.context.Execution.Input.version_id}}}]}) %}"
        }
        Output = "{% $states.input %}"
        Retry  = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 }]
        Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Tell of the failure" }]
        Next   = "Tell of the failure"
      }
      "Tell of the failure" = {
        Type     = "Task"
        Resource = "arn:aws:states:::sns:publish"
        Arguments = {
          TopicArn = aws_sns_topic.alerts.arn
          Subject  = "${var.name}: a large file failed"
          Message  = "{% $states.input.cause & '\\n\\nFile: ' & $states.context.Execution.Input.file_id & '\\nRun: ' & $states.context.Execution.Id %}"
        }
        Output = "{% $states.input %}"
        Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Failed" }]
        Next   = "Failed"
      }
      "Failed" = {
        Type  = "Fail"
        Error = "CurateLargeFailed"
        Cause = "{% $states.input.cause %}"
      }
    })
  }
}

data "aws_iam_policy_document" "curate_large" {
  source_policy_documents = [data.aws_iam_policy_document.gate.json]
}

module "curate_large" {
  source = "./modules/glue_job"

  name                = "${var.name}-curate_large"
  description         = "Lets one file through the gate that is too much for the function"
  script              = "${local.build_dir}/jobs/curate_large.py"
  artifacts_bucket    = module.bucket["artifacts"].name
  policy_json         = data.aws_iam_policy_document.curate_large.json
  log_group_arns      = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime             = merge(local.platform.job, { timeout = local.platform.large.timeout })
  max_concurrent_runs = local.platform.large.concurrent_runs
  arguments = merge(local.job_arguments, {
    "--HEADGATE_RAW_QUEUE_URL" = module.raw_objects.url
    "--HEADGATE_MEMORY_MB"     = tostring(local.platform.large.memory_mb)
    "--HEADGATE_DISK_MB"       = tostring(local.platform.large.disk_mb)
    "--HEADGATE_LEASE_S"       = tostring(local.platform.large.timeout_s)

    "--HEADGATE_SPARK_ROWS_FROM_MB" = tostring(var.large_spark_from_mb)
  })
}

resource "aws_iam_role" "large_machine" {
  name               = "${var.name}-curate_large-machine"
  assume_role_policy = data.aws_iam_policy_document.states_trust.json
}

data "aws_iam_policy_document" "large_machine" {
  statement {
    sid       = "RunJob"
    actions   = ["glue:StartJobRun", "glue:GetJobRun"]
    resources = [module.curate_large.arn]
  }

  statement {
    sid       = "RecordFailures"
    actions   = ["dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.files.arn]
  }

  statement {
    sid       = "KeepMessagesOfFailures"
    actions   = ["sqs:SendMessage"]
    resources = [module.raw_objects.dead_letters.arn]
  }

  statement {
    sid       = "TellOfFailures"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.lake.arn]
  }
}

resource "aws_iam_role_policy" "large_machine" {
  name   = "own-work"
  role   = aws_iam_role.large_machine.id
  policy = data.aws_iam_policy_document.large_machine.json
}

resource "aws_sfn_state_machine" "curate_large" {
  name       = local.large_machine_name
  role_arn   = aws_iam_role.large_machine.arn
  definition = jsonencode(local.large_definition)

  depends_on = [aws_iam_role_policy.large_machine]
}
