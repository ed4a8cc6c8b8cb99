# curated_to_prod: in a small lake all in one job, else merge, gate, then the systems side by side that read something new: in one job first, if there are several, and what
# that one did not build in a job of its own. A job that publishes a table with other columns starts its crawler.
#
# A job is started, waited for and looked at again (`startJobRun.sync` is missing from emulators). Its result is data
# until the very end: a system that fails says so in its branch's output, so that the other four go on.
locals {
  # Repeating these is of no use: the data or the code must change first.
  final_errors = ["GateError", "AuditError", "ContractError", "SchemaChangedError", "SettingsError"]
  is_final     = join(" or ", [for error in local.final_errors : "$contains($states.input.cause, '${error}')"])

  is_third             = "$states.input.second != '' and $states.input.oldest = $states.input.before and $states.input.oldest != $states.context.Execution.Id and $states.input.second != $states.context.Execution.Id"
  has_ended            = "$states.input.status in ['FAILED', 'ERROR', 'TIMEOUT', 'STOPPED', 'EXPIRED']"
  failed_ones          = "$states.input.systems[state = 'failed']"
  failure_story        = "$join(${local.failed_ones}.(system & ': ' & cause), '\\n')"
  definitions_of_run   = "{'--HEADGATE_DEFINITIONS': $definitions, '--HEADGATE_RUN': $states.context.Execution.Name}"
  full_of_run          = "($exists($states.context.Execution.Input.full) ? {'--full': $states.context.Execution.Input.full} : {})" # `headgate run --full`
  job_arguments_of_run = "{% $merge([$exists($states.context.Execution.Input.as_of) ? {'--as_of': $states.context.Execution.Input.as_of} : {}, ${local.full_of_run}, ${local.definitions_of_run}]) %}"

  # Another run may hold the job: wait for it. The rest is Glue asking for patience.
  glue_patience = [
    {
      ErrorEquals     = ["Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException"]
      IntervalSeconds = local.job_poll_s
      MaxAttempts     = 60
      BackoffRate     = 1.2
      MaxDelaySeconds = 120
    },
    {
      ErrorEquals     = ["Glue.InternalServiceException", "Glue.OperationTimeoutException", "Glue.ThrottlingException", "Glue.SdkClientException"]
      IntervalSeconds = 2
      MaxAttempts     = 5
      BackoffRate     = 2
    },
  ]

  job_names = merge({ for key, job in module.job : key => job.name }, { for key, job in module.export_mysql : key => job.name }, { curate_large = module.curate_large.name, audit_cards = module.audit_cards.name }, { for job in module.build_systems : local.systems_job => job.name }, { for job in module.refresh_tables : "refresh_tables" => job.name })

  # A job's arguments, and what follows when it succeeded (`done`, with `output`) or failed for good (`failed`).
  # The export's own machine is in export.tf, that of large files in large.tf, that of the full audit in audit.tf.
  stages = merge(
    {
      for key in keys(local.exports) : key => {
        arguments = local.export_arguments
        done      = "Exported"
        output    = "{% {} %}"
        failed    = "Alert"
        failure   = "{% {'cause': CAUSE} %}"
      }
    },
    {
      audit_cards = {
        arguments = local.audit_arguments
        done      = "Audited"
        output    = "{% {} %}"
        failed    = "Alert"
        failure   = "{% {'cause': CAUSE} %}"
      }
      curate_large = {
        arguments = local.large_arguments
        turns     = 350 # two minutes each: as long as the machine may take
        done      = "Settled"
        output    = "{% {} %}"
        failed    = "Record the failure"
        failure   = "{% {'cause': CAUSE} %}"
      }
      merge_curated = {
        arguments = local.job_arguments_of_run
        done      = "Start quality_gate"
        output    = "{% {} %}"
        failed    = "Alert"
        failure   = "{% {'systems': [{'system': 'merge_curated', 'state': 'failed', 'cause': CAUSE}]} %}"
      }
      quality_gate = {
        arguments = local.job_arguments_of_run
        done      = length(local.systems) == 0 ? "Published" : "See what changed"
        output    = "{% {} %}"
        failed    = "Alert"
        failure   = "{% {'systems': [{'system': 'quality_gate', 'state': 'failed', 'cause': CAUSE}]} %}"
      }
    },
    # Whatever becomes of it: the branches of the systems look at what it built.
    {
      for job in module.build_systems : local.systems_job => {
        arguments = "{% $merge([{'--systems': $join(${local.systems_to_build}, ',')}, ${local.full_of_run}, ${local.definitions_of_run}]) %}"
        attempts  = 1
        done      = "See what is built"
        output    = "{% {'unchanged': $states.input.unchanged} %}"
        failed    = "See what is built"
        failure   = "{% {'unchanged': $states.input.unchanged} %}"
      }
    },
    # The same job with a whole run. If it fails, the run begins again with a job for each stage, which names the cause.
    {
      for job in module.build_systems : "run_in_one_job" => {
        job       = local.systems_job
        arguments = replace(local.job_arguments_of_run, "$merge([", "$merge([{'--stages': '${join(",", local.run_stages)}', '--systems': '${join(",", local.systems_together)}'}, ")
        attempts  = 1
        done      = "See what is built"
        output    = "{% {'unchanged': []} %}"
        failed    = "Start merge_curated"
        failure   = "{% {} %}"
      } if local.has_run_job
    },
    {
      for job, system in local.build_jobs : job => {
        arguments = local.job_arguments_of_run
        done      = "Published ${system}"
        output    = "{% {} %}"
        failed    = "Report ${system}"
        failure   = "{% {'system': '${system}', 'state': 'failed', 'cause': CAUSE} %}"
      }
    },
  )

  stage_states = {
    for key, stage in local.stages : key => {
      "Start ${key}" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::aws-sdk:glue:startJobRun"
        Arguments = {
          JobName   = local.job_names[try(stage.job, key)]
          Arguments = stage.arguments
        }
        Output = "{% $merge([$states.input, {'run': $states.result.JobRunId, 'attempt': ($exists($states.input.attempt) ? $states.input.attempt : 0) + 1}]) %}"
        Retry  = [merge(local.glue_patience[0], { MaxAttempts = try(stage.turns, local.glue_patience[0].MaxAttempts) }), local.glue_patience[1]]
        Catch = [{
          ErrorEquals = ["States.ALL"]
          Output      = replace(stage.failure, "CAUSE", "$states.errorOutput.Error & ': ' & $states.errorOutput.Cause")
          Next        = stage.failed
        }]
        Next = "Wait for ${key}"
      }
      "Wait for ${key}" = {
        Type    = "Wait"
        Seconds = local.job_poll_s
        Next    = "Look at ${key}"
      }
      "Look at ${key}" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::aws-sdk:glue:getJobRun"
        Arguments = {
          JobName = local.job_names[try(stage.job, key)]
          RunId   = "{% $states.input.run %}"
        }
        Output = "{% $merge([$states.input, {'status': $states.result.JobRun.JobRunState, 'cause': $exists($states.result.JobRun.ErrorMessage) ? $states.result.JobRun.ErrorMessage : $states.result.JobRun.JobRunState}]) %}"
        Retry  = local.glue_patience
        Catch = [{
          ErrorEquals = ["States.ALL"]
          Output      = replace(stage.failure, "CAUSE", "$states.errorOutput.Error & ': ' & $states.errorOutput.Cause")
          Next        = stage.failed
        }]
        Next = "Judge ${key}"
      }
      "Judge ${key}" = {
        Type = "Choice"
        Choices = [
          {
            Condition = "{% $states.input.status = 'SUCCEEDED' %}"
            Output    = stage.output
            Next      = stage.done
          },
          {
            Condition = "{% ${local.has_ended} and $states.input.attempt < ${try(stage.attempts, var.job_attempts)} and $not(${local.is_final}) %}"
            Next      = "Start ${key}"
          },
          {
            Condition = "{% ${local.has_ended} %}"
            Output    = replace(stage.failure, "CAUSE", "$states.input.status & ' (run ' & $states.input.run & '): ' & $substring($trim($states.input.cause), 0, 2000)")
            Next      = stage.failed
          },
        ]
        Default = "Wait for ${key}"
      }
    }
  }

  unchanged_prefix = "runs/unchanged/" # headgate.lake.keys.UNCHANGED_SYSTEMS

  # Those that one job may build and that this run must build. A run for one system starts that system's job.
  systems_to_build = "$filter(${jsonencode(local.systems_together)}, function($system) { $not(('${local.unchanged_prefix}' & $system) in $states.input.unchanged) })"

  system_branches = [
    for job, system in local.build_jobs : {
      StartAt = "Is ${system} asked for?"
      States = merge(local.stage_states[job], {
        # `headgate run --only SYSTEM` builds one system; a branch sees the whole execution's input in its context.
        "Is ${system} asked for?" = {
          Type = "Choice"
          Choices = [
            { Condition = "{% $exists($states.context.Execution.Input.only) and $states.context.Execution.Input.only != '${system}' %}", Next = "Leave ${system}" },
            { Condition = "{% '${local.unchanged_prefix}${system}' in $states.input.unchanged %}", Next = "Keep ${system}" },
            { Condition = "{% '${local.unchanged_prefix}built/${system}' in $states.input.built %}", Next = "Published ${system}" },
          ]
          Default = "Start ${job}"
        }
        "Keep ${system}" = {
          Type   = "Pass"
          Output = "{% {'system': '${system}', 'state': 'unchanged'} %}"
          End    = true
        }
        "Leave ${system}" = {
          Type   = "Pass"
          Output = "{% {'system': '${system}', 'state': 'left'} %}"
          End    = true
        }
        "Published ${system}" = {
          Type   = "Pass"
          Output = "{% {'system': '${system}', 'state': 'published'} %}"
          Next   = "Report ${system}"
        }
        "Report ${system}" = { Type = "Pass", End = true }
      })
    }
  ]

  # Lists the systems that are marked: as unchanged by the quality gate, as built by the job of several systems.
  list_marks = {
    Type      = "Task"
    Resource  = "arn:${local.partition}:states:::aws-sdk:s3:listObjectsV2"
    Arguments = { Bucket = module.bucket["artifacts"].name, Prefix = local.unchanged_prefix }
    Retry     = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 3, BackoffRate = 2 }]
  }

  # None for a lake without systems: a Parallel needs a branch.
  system_states = { for name, state in {
    # The quality gate leaves one empty object for each system whose datasets did not change. A system without one is built, and
    # if nobody can be asked, all are: a job that finds nothing new keeps its tables too.
    "See what changed" = merge(local.list_marks, {
      Output = "{% {'unchanged': [$states.result.Contents.Key], 'built': []} %}"
      Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% {'unchanged': [], 'built': []} %}", Next = local.systems_begin }]
      Next   = local.systems_begin
    })
    "Build the systems" = {
      Type     = "Parallel"
      Branches = local.system_branches
      Next     = "Gather the reports"
    }
    # A state of its own: emulators ignore the Output of a Parallel.
    "Gather the reports" = {
      Type   = "Pass"
      Output = "{% {'systems': $states.input} %}"
      Next   = "Did every system publish?"
    }
    "Did every system publish?" = {
      Type    = "Choice"
      Choices = [{ Condition = "{% $count(${local.failed_ones}) = 0 %}", Next = "Published" }]
      Default = "Alert"
    }
  } : name => state if length(local.systems) > 0 }

  current_definitions = "definitions/current.json" # headgate.lake.keys.CURRENT_DEFINITIONS

  # `headgate push` names the contracts and SQL models in use in the metadata of one object. A run asks when it is its turn, and passes the version to
  # all of its jobs. A version of another deployment is ignored, and contracts of datasets that people created are not. docs/adr/0117-push-of-contracts-and-models.md
  definition_states = {
    "See what was pushed" = merge(local.ask_for_definitions, {
      Resource  = "arn:${local.partition}:states:::aws-sdk:s3:listObjectsV2"
      Arguments = { Bucket = module.bucket["artifacts"].name, Prefix = local.current_definitions }
      Assign    = { definitions = "deployed" }
      Output    = "{% {'is_pushed': $count($states.result.Contents) > 0} %}"
      Next      = "Was anything pushed?"
    })
    "Was anything pushed?" = {
      Type    = "Choice"
      Choices = [{ Condition = "{% $states.input.is_pushed %}", Next = "Choose the definitions" }]
      Default = local.run_begins
    }
    "Choose the definitions" = merge(local.ask_for_definitions, {
      Resource  = "arn:${local.partition}:states:::aws-sdk:s3:headObject"
      Arguments = { Bucket = module.bucket["artifacts"].name, Key = local.current_definitions }
      Assign    = { definitions = "{% $states.result.Metadata.deployment = '${local.deployment_id}' ? $states.result.Metadata.version : ($exists($states.result.Metadata.otherwise) ? $states.result.Metadata.otherwise : 'deployed') %}" }
      Output    = "{% {} %}"
      Next      = local.run_begins
    })
  }
  ask_for_definitions = {
    Type  = "Task"
    Retry = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 }]
    Catch = [{
      ErrorEquals = ["States.ALL"]
      Output      = "{% {'systems': [{'system': 'merge_curated', 'state': 'failed', 'cause': 'The pushed definitions cannot be read. ' & $states.errorOutput.Error & ': ' & $states.errorOutput.Cause}]} %}"
      Next        = "Alert"
    }]
  }

  # A run for one system does not build the others.
  run_begins = local.has_run_job ? "Is the whole run asked for?" : "Start merge_curated"
  run_job_states = { for name, state in {
    "Is the whole run asked for?" = {
      Type    = "Choice"
      Choices = [{ Condition = "{% $exists($states.context.Execution.Input.only) %}", Next = "Start merge_curated" }]
      Default = "Start run_in_one_job"
    }
  } : name => state if local.has_run_job }

  systems_begin = local.has_systems_job ? "Is one job enough?" : "Build the systems"
  one_job_states = { for name, state in {
    "Is one job enough?" = {
      Type = "Choice"
      Choices = [{
        Condition = "{% $not($exists($states.context.Execution.Input.only)) and $count(${local.systems_to_build}) > 1 %}"
        Next      = "Start ${local.systems_job}"
      }]
      Default = "Build the systems"
    }
    # The job leaves a mark for each system that it built; a system without one gets its own job. If nobody can be asked, all do: a
    # system that finds nothing new keeps its tables.
    "See what is built" = merge(local.list_marks, {
      Output = "{% {'unchanged': [$states.result.Contents.Key], 'built': [$states.result.Contents.Key]} %}"
      Catch  = [{ ErrorEquals = ["States.ALL"], Output = "{% {'unchanged': $states.input.unchanged, 'built': []} %}", Next = "Build the systems" }]
      Next   = "Build the systems"
    })
  } : name => state if local.has_systems_job }

  definition = {
    Comment        = "Curated to prod: merge, gate, systems in parallel; one that fails does not lose the others"
    QueryLanguage  = "JSONata"
    StartAt        = "See who runs"
    TimeoutSeconds = local.run_timeout_s # a run that hangs must not keep all others waiting
    States = merge(local.stage_states["merge_curated"], local.stage_states["quality_gate"], local.failure_states["curated_to_prod"], {
      # One run at a time: another run's merge would move the current snapshot under systems that are being built on one
      # that has passed the gate. Running executions are listed newest first, and late: a run takes its turn when two looks
      # agree that it is the oldest.
      "See who runs" = {
        Type     = "Task"
        Resource = "arn:${local.partition}:states:::aws-sdk:sfn:listExecutions"
        Arguments = {
          StateMachineArn = "{% $states.context.StateMachine.Id %}"
          StatusFilter    = "RUNNING"
          MaxResults      = 1000
        }
        Output = "{% {'oldest': $exists($states.result.Executions[-1]) ? $states.result.Executions[-1].ExecutionArn : '', 'second': $exists($states.result.Executions[-2]) ? $states.result.Executions[-2].ExecutionArn : '', 'before': $exists($states.input.oldest) ? $states.input.oldest : ''} %}"
        Retry  = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 }]
        Next   = "Is it our turn?"
      }
      "Is it our turn?" = {
        Type = "Choice"
        Choices = [
          { Condition = "{% $states.input.oldest = $states.context.Execution.Id and $states.input.before = $states.context.Execution.Id %}", Output = "{% {} %}", Next = "See what was pushed" },
          # One run works and one waits already. The waiting one does the same work, unless a day was asked for.
          { Condition = "{% ${local.is_third} and $not($exists($states.context.Execution.Input.as_of)) and $not($exists($states.context.Execution.Input.only)) and $not($exists($states.context.Execution.Input.full)) %}", Output = "{% {'left_to': $states.input.second} %}", Next = "Left to the pending run" },
        ]
        Default = "Wait our turn"
      }
      "Left to the pending run" = { Type = "Succeed" }
      "Wait our turn" = {
        Type    = "Wait"
        Seconds = local.job_poll_s
        Next    = "See who runs"
      }
      "Published" = { Type = "Succeed" }
    }, local.definition_states, local.system_states, local.one_job_states, lookup(local.stage_states, local.systems_job, {}), local.run_job_states, lookup(local.stage_states, "run_in_one_job", {}))
  }
}

data "aws_iam_policy_document" "curated_to_prod" {
  source_policy_documents = [data.aws_iam_policy_document.tell_of_failures.json]

  statement {
    sid       = "RunJobs"
    actions   = ["glue:StartJobRun", "glue:GetJobRun"]
    resources = concat([for job in module.job : job.arn], module.build_systems[*].arn)
  }

  statement {
    sid       = "SeeOwnRuns"
    actions   = ["states:ListExecutions"]
    resources = [local.machine_arns["curated_to_prod"]]
  }

  statement {
    sid       = "SeeWhatChanged"
    actions   = ["s3:ListBucket"]
    resources = [module.bucket["artifacts"].arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.unchanged_prefix}*", local.current_definitions]
    }
  }

  statement {
    sid       = "SeeWhatWasPushed"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["artifacts"].arn}/${local.current_definitions}"]
  }

  # S3 asks for it where a reader of metadata also asks for the checksum of an encrypted object.
  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.lake.arn]
  }

  # AWS has no narrower resource for the delivery of a state machine's logs.
  statement {
    sid = "DeliverLogs"
    actions = [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ]
    resources = ["*"]
  }
}

module "pipeline_machine_role" {
  source = "./modules/role"

  settings = local.role_settings

  name              = "${local.machine_names["curated_to_prod"]}-machine"
  service           = "states"
  source_account_id = local.account_id
  policy_json       = data.aws_iam_policy_document.curated_to_prod.json
}

resource "aws_cloudwatch_log_group" "curated_to_prod" {
  name              = "/aws/vendedlogs/states/${local.machine_names["curated_to_prod"]}"
  retention_in_days = var.log_retention_days
}

resource "aws_sfn_state_machine" "curated_to_prod" {
  name       = local.machine_names["curated_to_prod"]
  role_arn   = module.pipeline_machine_role.arn
  definition = jsonencode(local.definition)

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.curated_to_prod.arn}:*"
  }

  lifecycle {
    precondition {
      condition     = local.job_poll_s >= local.platform.least_job_poll_s
      error_message = "job_poll_s is at least ${local.platform.least_job_poll_s} here, or a long run has more events than Step Functions takes."
    }

    precondition {
      condition     = local.job_poll_s >= local.least_poll_s
      error_message = "With these job_timeouts job_poll_s is at least ${local.least_poll_s}, or a long run has more events than Step Functions takes."
    }

    precondition {
      condition     = alltrue([for job in keys(merge(var.job_worker_types, var.job_timeouts)) : contains(keys(local.job_runtimes), job)])
      error_message = "job_worker_types and job_timeouts name jobs of a run: ${join(", ", sort(keys(local.job_runtimes)))}."
    }
  }
}

# The daily check: a run that failed is repeated, and a new deployment builds the tables again. The role also serves the
# schedule of the pending start, which sends to the same queue.
module "daily_schedule" {
  source = "./modules/schedule"

  role_settings = local.role_settings

  name        = "${local.lake}-daily"
  role_name   = "${local.lake}-scheduler"
  description = "Asks once a day whether curated_to_prod has work left"
  expression  = var.daily_schedule
  target_arn  = module.curated_changes.arn_by_name
  action      = "sqs:SendMessage"
  account_id  = local.account_id
  # Not by jsonencode, which writes < as an escape that the scheduler does not look for.
  input = "{\"due\": \"daily\", \"at\": \"${local.platform.scheduled_at}\"}"
}
