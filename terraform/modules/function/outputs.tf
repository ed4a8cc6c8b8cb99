output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "invoke_arn" {
  description = "ARN that API Gateway invokes it by."
  value       = aws_lambda_function.this.invoke_arn
}

output "role_name" {
  description = "Name of its role."
  value       = module.role.name
}

output "log_group" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "policy" {
  description = "What its role may do, as JSON."
  value       = data.aws_iam_policy_document.this.json
}

output "settings" {
  description = "How it runs."
  value = {
    runtime         = aws_lambda_function.this.runtime
    memory_mb       = aws_lambda_function.this.memory_size
    disk_mb         = one(aws_lambda_function.this.ephemeral_storage).size
    layers          = aws_lambda_function.this.layers
    responses       = one(aws_lambda_event_source_mapping.this[*].function_response_types)
    max_concurrency = try(one(aws_lambda_event_source_mapping.this[0].scaling_config).maximum_concurrency, null)
  }
}
