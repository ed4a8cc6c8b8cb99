# Files that exceed the gate's function: one run of a state machine for each, which starts the job and watches it.
#
# The machine waits for a free place among the job's runs, repeats what may be repeated, and sees a job that was killed. A file that
# fails for good says so in its record, and its message lies in the gate's dead-letter queue, ready for a redrive like any other.
locals {
  # The version of the contracts is the one that the function chose for the file.
  large_arguments = "{% {'--object': $states.context.Execution.Input.object, '--run': $states.context.Execution.Name, '--HEADGATE_DEFINITIONS': $states.context.Execution.Input.definitions} %}"

  large_definition = {
    Comment        = "One large file through the gate"
    QueryLanguage  = "JSONata"
    StartAt        = "Start curate_large"
    TimeoutSeconds = 43200 # the function hands a file over again when it has not heard of it for so long
    States = merge(local.stage_states["curate_large"], local.failure_states["curate_large"], {
      "Settled" = { Type = "Succeed" }
      "Record the failure" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::dynamodb:updateItem"
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
                remedy  = { S = "Fix the cause, then redrive the message: headgate dlq redrive" }
              }
            }
          }
        }
        Output = "{% $states.input %}"
        # Without its record the file would be taken for one under way. If another run has it, that is known at once and needs no retry.
        Retry = [
          { ErrorEquals = ["DynamoDB.ConditionalCheckFailedException"], MaxAttempts = 0 },
          { ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 },
        ]
        Catch = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Keep the message" }]
        Next  = "Keep the message"
      }
      "Keep the message" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::sqs:sendMessage"
        Arguments = {
          QueueUrl    = module.raw_objects.dead_letters.url
          MessageBody = "{% $string({'Records': [{'eventName': 'ObjectCreated:Put', 's3': {'bucket': {'name': $states.context.Execution.Input.bucket}, 'object': {'key': $states.context.Execution.Input.key, 'versionId': $states.context.Execution.Input.version_id}}}]}) %}"
        }
        Output = "{% $states.input %}"
        Retry  = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 }]
        Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% $states.input %}", Next = "Alert" }]
        Next   = "Alert"
      }
    })
  }
}

data "aws_iam_policy_document" "curate_large" {
  source_policy_documents = [data.aws_iam_policy_document.gate.json, data.aws_iam_policy_document.new_files.json]
}

module "curate_large" {
  source = "./modules/glue_job"

  role_settings = local.role_settings
  account_id    = local.account_id

  name             = "${local.lake}-curate_large"
  description      = "Processes one file that exceeds the gate's function"
  script           = "${local.build_dir}/jobs/curate_large.py"
  artifacts_bucket = module.bucket["artifacts"].name
  policy_json      = data.aws_iam_policy_document.curate_large.json
  log_group_arns   = [for group in aws_cloudwatch_log_group.jobs : group.arn]
  runtime = merge(local.platform.job, {
    timeout = local.platform.large.timeout
    # A file that somebody uploaded is checked at once.
    execution_class = local.platform.job.execution_class == null ? null : "STANDARD"
    workers         = merge(local.platform.job.workers, { type = local.platform.large.worker })
  })
  max_concurrent_runs = local.platform.large.concurrent_runs
  arguments = merge(local.job_arguments, local.wheel_arguments["curate_large"], {
    "--HEADGATE_RAW_QUEUE_URL" = module.raw_objects.url_by_name
    "--HEADGATE_MEMORY_MB"     = tostring(local.platform.large.memory_mb)
    "--HEADGATE_DISK_MB"       = tostring(local.platform.large.disk_mb)
    "--HEADGATE_DPUS"          = tostring(local.platform.large.dpus)
    "--HEADGATE_LEASE_S"       = tostring(local.platform.large.timeout_s)
  }, { for name, value in local.records_environment : "--${name}" => value })
}

data "aws_iam_policy_document" "large_machine" {
  source_policy_documents = [data.aws_iam_policy_document.tell_of_failures.json]

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
}

module "large_machine_role" {
  source = "./modules/role"

  settings = local.role_settings

  name              = "${local.machine_names["curate_large"]}-machine"
  service           = "states"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.large_machine.json
}

resource "aws_sfn_state_machine" "curate_large" {
  name       = local.machine_names["curate_large"]
  role_arn   = module.large_machine_role.arn
  definition = jsonencode(local.large_definition)
}
