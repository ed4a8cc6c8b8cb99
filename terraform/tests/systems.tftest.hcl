# A lake has the systems that headgate.toml asks for, and none is empty.
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

run "a_lake_of_own_sql_models_has_one_system" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built_own"
    systems   = ["own-models"]
  }

  assert {
    condition     = keys(module.crawler) == ["curated", "own-models"] && module.bucket["own-models"].name == "own-models-prod-123456789012"
    error_message = "Own models have a bucket and a crawler, and no system of the shop has one."
  }

  assert {
    condition     = [for job in keys(module.job) : job if startswith(job, "build_")] == ["build_own_models"]
    error_message = "One job builds the own models."
  }
}

run "a_lake_without_systems_ends_after_the_gate" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built_none"
    systems   = []
  }

  assert {
    condition     = length(module.bucket) == 6 && keys(module.crawler) == ["curated"] && length(local.system_states) == 0
    error_message = "A lake without systems has no bucket, crawler or state for one."
  }

  assert {
    condition     = local.stages["quality_gate"].done == "Published"
    error_message = "A run of a lake without systems ends after the quality gate."
  }
}

run "a_run_for_one_system_leaves_the_others" {
  command = plan

  variables {
    platform  = "aws"
    build_dir = "tests/fixtures/built"
  }

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
    condition     = local.stages["quality_gate"].done == "See what changed" && local.system_states["See what changed"].Next == "Build the systems"
    error_message = "The systems are built after the quality gate has marked those that need no build."
  }

  assert {
    condition     = one(local.system_states["See what changed"].Catch).Next == "Build the systems" && one(local.system_states["See what changed"].Catch).Output == "{% {'unchanged': []} %}"
    error_message = "All systems are built if the marks cannot be read."
  }

  assert {
    condition = alltrue([
      for job in concat(["quality_gate"], keys(local.build_jobs)) : local.jobs[job].arguments["--HEADGATE_DEPLOYMENT_ID"] == local.deployment_id
    ])
    error_message = "The gate compares the deployment that the jobs write."
  }
}
