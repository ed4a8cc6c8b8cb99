output "role_arn" {
  description = "ARN of the role that may call the target."
  value       = module.role.arn
}

output "settings" {
  description = "State, expression and input of the schedule."
  value = {
    state      = aws_scheduler_schedule.this.state
    expression = aws_scheduler_schedule.this.schedule_expression
    input      = one(aws_scheduler_schedule.this.target).input
  }
}
