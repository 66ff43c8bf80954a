document.querySelector("main").textContent = "Understudy";
